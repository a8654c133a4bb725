# SPDX-License-Identifier: Apache-2.0
"""The checker's judgement: each fault that a handover may cause is seen."""
import copy
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "mec-sandbox/checker"))
import verdict  # noqa: E402

UE, DEVICE = "10.100.0.1", "meter"


def seen_without_fault() -> verdict.Seen:
    """Twenty measurements, one move between the tenth and the eleventh, five commands."""
    seen = verdict.Seen("s", 1, 2.0, 2)
    seen.ue_of = {DEVICE: UE}
    sent = [{"what": "sent", "n": n, "at_us": n * 100_000, "wait_us": 4_000, "attempts": 1, "via": "a", "rsc": 2001, "ri": f"c-{n}"}
            for n in range(1, 21)]
    received = [{"what": "command", "n": n, "at_us": n, "rqi": f"q{n}"} for n in range(1, 6)]
    seen.ledgers = {DEVICE: [{"what": "registered", "aei": "Cmeter", "at_us": 0, "via": "a"}] + sent + received}
    resources = {"ae": {"aei": "Cmeter", "ri": "r1"}, "containers": {"data": {"ri": "c"}, "commands": {"ri": "d"}}, "sub": {"ri": "s"}}
    seen.met = {DEVICE: {**copy.deepcopy(resources), "base": "/mn1/cse-mn/meter", "due_from": 3}}
    seen.read_back = {DEVICE: {**copy.deepcopy(resources), "instances": [(f"c-{n}", n) for n in range(1, 21)], "faults": []}}
    seen.notifications = [("c", n, f"s-{n}", n * 100_000 + 5_000, f"c-{n}") for n in range(3, 21)]
    seen.commands = [(DEVICE, n, n, 2001) for n in range(1, 6)]
    seen.mobility = [{"ue": UE, "host": "mep1", "target_host": "mep2", "status": f"INTERHOST_MOVEOUT_{status}", "time_ms": at}
                     for status, at in [("TRIGGERED", 1_050), ("COMPLETED", 1_150)]]
    return seen


class Verdict(unittest.TestCase):
    def setUp(self):
        self.seen = seen_without_fault()

    def broken(self):
        return [invariant["id"] for invariant in verdict.report(self.seen)["invariants"] if not invariant["held"]]

    def test_a_run_without_fault_holds_everything(self):
        report = verdict.report(self.seen)
        self.assertEqual(self.broken(), [])
        self.assertEqual(report["messages"], {"accepted": 20, "delivered": 20, "lost": 0, "duplicated": 0, "reordered": 0})
        self.assertEqual(report["notifications"]["due"], 18)
        self.assertEqual(report["moves"], {"triggered": 1, "completed": 1, "aborted": 0, "open": 0, "by_trigger": {"ams": 1}})

    def test_a_run_that_shows_nothing_holds_nothing_of_what_it_would_have_to_show(self):
        self.seen = verdict.Seen()
        self.assertEqual(self.broken(), ["HR-1", "HR-3", "HR-4", "HR-4n", "HR-5", "HR-7", "HR-8"])

    def test_an_acknowledged_measurement_that_is_gone_is_lost(self):
        del self.seen.read_back[DEVICE]["instances"][4]
        self.assertEqual(verdict.report(self.seen)["messages"]["lost"], 1)
        self.assertEqual(self.broken(), ["HR-4"])

    def test_a_measurement_that_nobody_acknowledged_may_be_there_or_not(self):
        self.seen.ledgers[DEVICE] = [line for line in self.seen.ledgers[DEVICE] if line.get("n") != 20 or line["what"] != "sent"]
        self.assertEqual(self.broken(), [])

    def test_a_measurement_applied_twice_is_doubled(self):
        self.seen.read_back[DEVICE]["instances"].append(("c-21", 20))
        self.assertEqual(self.broken(), ["HR-4"])

    def test_retained_measurements_keep_their_order(self):
        instances = self.seen.read_back[DEVICE]["instances"]
        instances[3], instances[4] = instances[4], instances[3]
        self.assertEqual(verdict.report(self.seen)["messages"]["reordered"], 1)

    def test_a_notification_repeated_under_its_identifier_is_one(self):
        self.seen.notifications.append(self.seen.notifications[5])
        self.assertEqual(self.broken(), [])

    def test_a_notification_under_a_second_identifier_is_doubled(self):
        self.seen.notifications.append(("c", 20, "another", 0, "c-20"))
        self.assertEqual(self.broken(), ["HR-4n"])

    def test_a_missing_notification_is_lost_and_a_late_one_is_out_of_order(self):
        late = self.seen.notifications.pop(5)
        self.assertEqual(verdict.report(self.seen)["notifications"]["lost"], 1)
        self.seen.notifications.append(late)
        self.assertEqual(verdict.report(self.seen)["notifications"]["reordered"], 1)

    def test_one_instance_identifier_with_two_contents_means_two_owners(self):
        self.seen.read_back[DEVICE]["instances"][19] = ("c-20", 21)
        self.assertIn("HR-2", self.broken())

    def test_an_identity_that_changed_is_seen(self):
        self.seen.read_back[DEVICE]["containers"]["data"]["ri"] = "other"
        self.assertEqual(self.broken(), ["HR-1"])
        self.seen = seen_without_fault()
        self.seen.ledgers[DEVICE].append({"what": "registered", "aei": "Cnew", "at_us": 5, "via": "b"})
        self.assertEqual(self.broken(), ["HR-1"])

    def test_resources_that_cannot_be_read_after_the_moves_are_gone(self):
        self.seen.read_back[DEVICE]["faults"] = ["GET: 4004"]
        self.assertEqual(self.broken(), ["HR-3"])

    def test_a_command_that_did_not_arrive_is_lost(self):
        self.seen.commands.append((DEVICE, 6, 6, 2001))
        self.assertEqual(self.broken(), ["HR-7"])

    def test_a_command_that_no_cse_took_need_not_arrive(self):
        self.seen.commands.append((DEVICE, 6, 6, 5103))
        self.assertEqual(self.broken(), [])

    def test_a_request_that_met_the_move_waited_longer(self):
        line = next(line for line in self.seen.ledgers[DEVICE] if line["what"] == "sent" and line["n"] == 10)
        line["wait_us"] = 304_000
        wait = verdict.report(self.seen)["extra_wait_ms"]
        self.assertEqual((wait["max"], wait["requests"]), (300.0, 4))  # the move and its aftermath
        self.assertEqual(self.broken(), ["HR-8"])

    def test_with_faults_the_wait_is_shown_and_not_judged(self):
        next(line for line in self.seen.ledgers[DEVICE] if line["what"] == "sent" and line["n"] == 10)["wait_us"] = 904_000
        self.seen.faults = "heavy"
        self.assertEqual(self.broken(), [])
        self.assertEqual(verdict.report(self.seen)["extra_wait_ms"]["max"], 900.0)

    def test_a_long_wait_far_from_any_move_is_none_of_its(self):
        self.seen.ledgers[DEVICE][2]["wait_us"] = 80_000
        self.assertEqual(verdict.report(self.seen)["extra_wait_ms"]["max"], 0.0)

    def test_waiting_for_more_than_a_second_is_blocking(self):
        line = next(line for line in self.seen.ledgers[DEVICE] if line["what"] == "sent" and line["n"] == 10)
        line["wait_us"] = 1_500_000
        self.assertEqual(verdict.report(self.seen)["blocked_s"], 0.5)

    def test_a_move_that_never_ends_is_open(self):
        self.seen.mobility.pop()
        self.assertEqual(self.broken(), ["HR-9"])

    def test_a_move_that_the_terminal_gave_up_is_aborted(self):
        self.seen.mobility[1]["status"] = "INTERHOST_MOVEOUT_FAILED"
        self.assertEqual(verdict.report(self.seen)["moves"]["aborted"], 1)


if __name__ == "__main__":
    unittest.main(verbosity=1)
