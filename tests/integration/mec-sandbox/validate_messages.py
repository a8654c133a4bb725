# SPDX-License-Identifier: Apache-2.0
"""Plays an application's whole life against a running mec-sandbox and holds every message, both ways, against the official
files (corrections.yaml applied). Usage: validate_messages.py PATH-OF-mec-sandbox. Status 77: the files are not there."""
import http.server
import json
import queue
import subprocess
import sys
import threading
import unittest
import urllib.error
import urllib.request

import official_files
from official_files import ROOT, api

PROGRAM = ""
EDITIONS = {
    "mep1": {"mec_app_support/v1": "mec011-app-support-v3.1.1.yaml", "mec_service_mgmt/v1": "mec011-service-mgmt-v3.1.1.yaml",
             "location/v2": "mec013-location-v3.1.1.yaml"},
    "mep2": {"mec_app_support/v1": "mec011-app-support-v2.2.1-advantedge.yaml",
             "mec_service_mgmt/v1": "mec011-service-mgmt-v2.2.1-advantedge.yaml", "location/v2": "mec013-location-v2.2.1.yaml"},
}
NOTIFICATIONS = {
    "AppTerminationNotification": ("mec_app_support/v1", "AppTerminationNotification"),
    "SerAvailabilityNotification": ("mec_service_mgmt/v1", "ServiceAvailabilityNotification"),
    "MobilityProcedureNotification": ("amsi/v1", "MobilityProcedureNotification"),
    "AdjacentAppInfoNotification": ("amsi/v1", "AdjacentAppInfoNotification"),
    "ExpiryNotification": ("amsi/v1", "ExpiryNotification"),
    "TestNotification": ("amsi/v1", "TestNotification"),
    **{f"{kind}Notification": ("rni/v2", f"{kind}Notification")
       for kind in ("CellChange", "RabEst", "RabMod", "RabRel", "MeasRepUe", "NrMeasRepUe", "MeasTa", "CaReconf", "S1Bearer")},
}


class Callbacks:
    """Takes notifications and keeps them in the order of arrival."""

    def __init__(self):
        self.received = queue.Queue()
        received = self.received

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                received.put((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Messages(unittest.TestCase):
    flags: list[str] = []
    ams_file = "mec021-ams-v2.2.1-advantedge.yaml"

    def setUp(self):
        self.process = subprocess.Popen([PROGRAM, "--listen", "127.0.0.1:0", "--paused", "--seed", "7", "--scenarios",
                                         str(ROOT / "mec-sandbox/scenarios"), *self.flags], stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.stop)
        self.root = f"http://127.0.0.1:{json.loads(self.process.stdout.readline())['port']}"
        self.apis = {host: {base: api(file) for base, file in {**files, "amsi/v1": self.ams_file, "rni/v2": "mec012-rni-v2.2.1.yaml", "iots/v1": "mec033-iot-v3.1.1.yaml"}.items()}
                     for host, files in EDITIONS.items()}
        self.callbacks = Callbacks()
        self.addCleanup(self.callbacks.close)

    def stop(self):
        self.process.terminate()
        self.process.communicate(timeout=10)

    def send(self, method, url, body=None):
        """(status, body, headers), unvalidated."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data=data, method=method, headers={"Content-Type": "application/json"} if data else {})
        try:
            response = urllib.request.urlopen(request, timeout=10)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            text = response.read()
            return response.status, json.loads(text) if text else None, response.headers

    def control(self, method, path, body=None):
        status, answer, _ = self.send(method, f"{self.root}/sandbox/v1/{path}", body)
        self.assertLess(status, 300, answer)
        return answer

    def call(self, method, host, base, path, body=None, expect=200, query="", forbidden=False):
        """One exchange, validated both ways. forbidden: the request must break the official file, too."""
        api = self.apis[host][base]
        if body is not None:
            faults = api.request_faults(method, path, body)
            self.assertEqual(bool(faults), forbidden, f"request {method} {path}: {faults}")
        if query:
            self.assertEqual(api.query_faults(method, path, {pair.split("=")[0] for pair in query.split("&")}), [])
        status, answer, headers = self.send(method, f"{self.root}/{host}/{base}{path}" + ("?" + query if query else ""), body)
        self.assertEqual(status, expect, answer)
        self.assertEqual(api.response_faults(method, path, status, answer), [], f"{method} {path} answered {answer}")
        if status == 201:
            self.assertTrue(headers["Location"].startswith(self.root), headers["Location"])
        if status >= 400:
            self.assertEqual(headers["Content-Type"], "application/problem+json")
            self.assertTrue(answer["detail"])
        return answer

    def notified(self, kind, host="mep1", base=None, path=None):
        """The next notification (of this path of the callbacks), which must be of this kind and fit its schema; base: of the
        API, where several have the kind."""
        called, body = self.callbacks.received.get(timeout=10)
        while path and called != path:  # what an earlier subscription had still on its way
            called, body = self.callbacks.received.get(timeout=10)
        self.assertEqual(body["notificationType"], kind)
        usual, schema = NOTIFICATIONS[kind]
        base = base or usual
        if schema in self.apis[host][base].document["components"]["schemas"]:
            self.assertEqual(self.apis[host][base].named_faults(schema, body), [], body)
        return body

    def ready_application(self, host):
        if host == "mep1":
            info = {"appName": "edgecse", "appProvider": "us", "appDId": "edgecse", "endpoint": {"uris": ["http://127.0.0.3:8080"]}}
            application = self.call("POST", host, "mec_app_support/v1", "/registrations", info, 201)["appInstanceId"]
        else:
            application = self.control("POST", f"hosts/{host}/applications", {"name": "edgecse"})["app_instance_id"]
        self.call("POST", host, "mec_app_support/v1", f"/applications/{application}/confirm_ready", {"indication": "READY"}, 204)
        return application

    @staticmethod
    def service(name):
        return {"serName": name, "serCategory": {"href": "/c", "id": "oneM2M", "name": "oneM2M", "version": "1"}, "version": "1.0",
                "state": "ACTIVE", "serializer": "JSON", "scopeOfLocality": "MEC_SYSTEM", "consumedLocalOnly": False,
                "transportInfo": {"id": "t", "name": "n", "type": "REST_HTTP", "protocol": "HTTP", "version": "1.1",
                                  "endpoint": {"uris": ["http://127.0.0.3:8080"]}, "security": {}}}


class ApplicationSupport(Messages):
    def test_registration_and_readiness(self):
        for host in EDITIONS:
            with self.subTest(host):
                application = self.ready_application(host)
                base = f"/applications/{application}"
                self.call("POST", host, "mec_app_support/v1", "/applications/nobody/confirm_ready", {"indication": "READY"}, 404)
                if host == "mep1":
                    self.call("GET", host, "mec_app_support/v1", f"/registrations/{application}")
                    self.call("POST", host, "mec_app_support/v1", "/registrations", {"appProvider": "us"}, 400, forbidden=True)
                self.call("GET", host, "mec_app_support/v1", "/timing/current_time")
                self.call("GET", host, "mec_app_support/v1", "/timing/timing_caps")
                for kind in "dns_rules", "traffic_rules":
                    rule = self.call("GET", host, "mec_app_support/v1", f"{base}/{kind}")[0]
                    name = rule["dnsRuleId" if kind == "dns_rules" else "trafficRuleId"]
                    self.call("GET", host, "mec_app_support/v1", f"{base}/{kind}/{name}")
                    rule["state"] = "ACTIVE"
                    self.call("PUT", host, "mec_app_support/v1", f"{base}/{kind}/{name}", rule)
                    rule["state"] = "PERHAPS"
                    self.call("PUT", host, "mec_app_support/v1", f"{base}/{kind}/{name}", rule, 400, forbidden=True)
                    self.call("GET", host, "mec_app_support/v1", f"{base}/{kind}/none", expect=404)

    def test_termination(self):
        for host in EDITIONS:
            with self.subTest(host):
                application = self.ready_application(host)
                base = f"/applications/{application}"
                subscription = {"subscriptionType": "AppTerminationNotificationSubscription", "appInstanceId": application,
                                "callbackReference": self.callbacks.url + "/termination"}
                made = self.call("POST", host, "mec_app_support/v1", f"{base}/subscriptions", subscription, 201)
                name = made["_links"]["self"]["href"].rsplit("/", 1)[1]
                self.call("GET", host, "mec_app_support/v1", f"{base}/subscriptions")
                self.call("GET", host, "mec_app_support/v1", f"{base}/subscriptions/{name}")
                self.call("POST", host, "mec_app_support/v1", f"{base}/subscriptions", {"appInstanceId": application}, 400, forbidden=True)
                self.control("POST", f"hosts/{host}/applications/{application}/terminate", {"operation_action": "STOPPING", "grace_s": 5})
                told = self.notified("AppTerminationNotification", host)
                self.assertTrue(told["_links"]["confirmTermination"]["href"].endswith(f"{base}/confirm_termination"))
                self.call("POST", host, "mec_app_support/v1", f"{base}/confirm_termination", {"operationAction": "STOPPING"}, 204)
                self.call("GET", host, "mec_app_support/v1", f"{base}/subscriptions", expect=404)


class ServiceManagement(Messages):
    def test_services_and_subscriptions(self):
        for host in EDITIONS:
            with self.subTest(host):
                api, application = "mec_service_mgmt/v1", self.ready_application(host)
                base = f"/applications/{application}"
                self.call("GET", host, api, "/transports")
                subscription = {"subscriptionType": "SerAvailabilityNotificationSubscription",
                                "callbackReference": self.callbacks.url + "/services", "filteringCriteria": {"serNames": [f"weather-{host}"]}}
                made = self.call("POST", host, api, f"{base}/subscriptions", subscription, 201)
                self.call("GET", host, api, f"{base}/subscriptions")
                self.call("GET", host, api, f"{base}/subscriptions/" + made["_links"]["self"]["href"].rsplit("/", 1)[1])
                service = self.call("POST", host, api, f"{base}/services", self.service(f"weather-{host}"), 201)
                name = service["serInstanceId"]
                self.assertEqual(self.notified("SerAvailabilityNotification", host)["serviceReferences"][0]["changeType"], "ADDED")
                self.assertEqual(len(self.call("GET", host, api, "/services", query=f"ser_name=weather-{host}")), 1)
                self.call("GET", host, api, f"/services/{name}")
                self.call("GET", host, api, f"{base}/services")
                self.call("GET", host, api, f"{base}/services/{name}")
                service["state"] = "INACTIVE"
                self.call("PUT", host, api, f"{base}/services/{name}", service)
                self.assertEqual(self.notified("SerAvailabilityNotification", host)["serviceReferences"][0]["changeType"], "STATE_CHANGED")
                self.call("PUT", host, api, f"{base}/services/{name}", {**service, "state": "SLEEPY"}, 400, forbidden=True)
                self.call("DELETE", host, api, f"{base}/services/{name}", expect=204)
                self.assertEqual(self.notified("SerAvailabilityNotification", host)["serviceReferences"][0]["changeType"], "REMOVED")
                self.call("GET", host, api, f"/services/{name}", expect=404)

    def test_liveness(self):
        for host in EDITIONS:
            with self.subTest(host):
                api, application = "mec_service_mgmt/v1", self.ready_application(host)
                service = self.call("POST", host, api, f"/applications/{application}/services",
                                    {**self.service("beating"), "livenessInterval": 0}, 201)
                path = service["_links"]["liveness"]["href"].split(api)[1]
                self.call("GET", host, api, path)
                self.call("PATCH", host, api, path, {"state": "ACTIVE"})


class Mobility(Messages):
    numbers = False

    def value(self, name, number):
        return number if self.numbers else name

    def device(self, transferred=False):
        return {"associateId": {"type": "UE_IPv4_ADDRESS", "value": "10.100.0.1"},
                "appMobilityServiceLevel": self.value("APP_MOBILITY_WITH_CONFIRMATION", 2),
                "contextTransferState": self.value("USER_CONTEXT_TRANSFER_COMPLETED", 1) if transferred else self.value("NOT_TRANSFERRED", 0)}

    def subscription(self, kind, application, **more):
        return {"subscriptionType": kind, "callbackReference": self.callbacks.url + "/ams",
                "filterCriteria": {"appInstanceId": application, **more}}

    def test_a_move(self):
        api, source, target = "amsi/v1", self.ready_application("mep1"), self.ready_application("mep2")
        self.control("PUT", "terminals/10.100.0.1/place", {"zone": "zone03"})
        registration = {"serviceConsumerId": {"appInstanceId": source}, "deviceInformation": [self.device()], "expiryTime": 600}
        made = self.call("POST", "mep1", api, "/app_mobility_services", registration, 201)
        path = "/app_mobility_services/" + made["appMobilityServiceId"]
        self.call("POST", "mep1", api, "/subscriptions", self.subscription("AdjacentAppInfoSubscription", source), 201)
        statuses = [self.value(name, number) for name, number in [("INTERHOST_MOVEOUT_TRIGGERED", 1), ("INTERHOST_MOVEOUT_COMPLETED", 2),
                                                                 ("INTERHOST_MOVEOUT_FAILED", 3)]]
        subscription = self.subscription("MobilityProcedureSubscription", source, mobilityStatus=statuses)
        subscribed = self.call("POST", "mep1", api, "/subscriptions", {**subscription, "requestTestNotification": True}, 201)
        self.notified("TestNotification")
        self.call("GET", "mep1", api, "/subscriptions", query=self.list_query)
        self.call("POST", "mep1", api, "/app_mobility_services", {"serviceConsumerId": {"appInstanceId": target}}, 201)
        self.notified("AdjacentAppInfoNotification")
        self.assertEqual(len(self.call("GET", "mep1", api, "/queries/adjacent_app_instances")), 2)

        self.control("PUT", "terminals/10.100.0.1/place", {"zone": "zone04"})
        told = self.notified("MobilityProcedureNotification")
        self.assertEqual((told["mobilityStatus"], told["targetAppInfo"]["appInstanceId"]), (statuses[0], target))
        self.control("PUT", "terminals/10.100.0.1/place", {"zone": "zone03"})
        self.assertEqual(self.notified("MobilityProcedureNotification")["mobilityStatus"], statuses[2])
        self.control("PUT", "terminals/10.100.0.1/place", {"zone": "zone04"})
        self.assertEqual(self.notified("MobilityProcedureNotification")["mobilityStatus"], statuses[0])
        self.call("PUT", "mep1", api, path, {**registration, "deviceInformation": [self.device(transferred=True)]})
        self.assertEqual(self.notified("MobilityProcedureNotification")["mobilityStatus"], statuses[1])

        self.call("GET", "mep1", api, path)
        self.call("GET", "mep1", api, "/app_mobility_services")
        name = subscribed["_links"]["self"]["href"].rsplit("/", 1)[1]
        self.call("GET", "mep1", api, f"/subscriptions/{name}")
        self.call("PUT", "mep1", api, f"/subscriptions/{name}", subscription)
        self.call("DELETE", "mep1", api, f"/subscriptions/{name}", expect=204)
        self.call("POST", "mep1", api, f"{path}/deregister_task", expect=204)
        self.call("GET", "mep1", api, path, expect=404)

    def test_what_is_refused(self):
        api, application = "amsi/v1", self.ready_application("mep1")
        wrong = {**self.device(), "contextTransferState": self.value("PERHAPS", 7)}
        consumer = {"serviceConsumerId": {"appInstanceId": application}}
        self.call("POST", "mep1", api, "/app_mobility_services", {**consumer, "deviceInformation": [wrong]}, 400, forbidden=True)
        self.call("POST", "mep1", api, "/app_mobility_services", {"deviceInformation": []}, 400, forbidden=True)
        self.call("POST", "mep1", api, "/subscriptions", {"subscriptionType": "MobilityProcedureSubscription"}, 400, forbidden=True)

    def test_expiry_is_announced(self):
        application = self.ready_application("mep1")
        now = self.call("GET", "mep1", "mec_app_support/v1", "/timing/current_time")["seconds"]
        self.call("POST", "mep1", "amsi/v1", "/subscriptions", {**self.subscription("MobilityProcedureSubscription", application),
                                                               "expiryDeadline": {"seconds": now + 2, "nanoSeconds": 0}}, 201)
        self.notified("ExpiryNotification")

    list_query = "subscriptionType=mobility_proc"


class MobilityWithNumbers(Mobility):
    flags = ["--integer-enumerations"]
    ams_file = "mec021-ams-v2.2.1.yaml"
    numbers = True
    list_query = "subscriptiontype=mobility_proc"


class InternetOfThings(Messages):
    transport = {"id": "t", "name": "REST", "description": "Mca", "type": "REST_HTTP", "protocol": "HTTP", "version": "1.1",
                 "endpoint": {"uris": ["http://127.0.0.3:8080"]}, "security": {}}

    def test_platforms_and_devices(self):
        api, topics = "iots/v1", {"implSpecificInfo": {"uplinkTopics": [], "downlinkTopics": []}}
        platform = {"iotPlatformId": "onem2m-mn1", "userTransportInfo": [{**self.transport, **topics}],  # as the CSE sends it
                    "customServicesTransportInfo": [self.transport], "enabled": True}
        one = "/registered_iot_platforms/onem2m-mn1"
        self.call("POST", "mep1", api, "/registered_iot_platforms", platform, 201)
        self.call("POST", "mep1", api, "/registered_iot_platforms", {"iotPlatformId": "x"}, 400, forbidden=True)
        self.call("GET", "mep1", api, "/registered_iot_platforms")
        self.call("GET", "mep1", api, one)
        self.call("PUT", "mep1", api, one, platform)
        device = {"deviceAuthenticationInfo": "none", "deviceId": "d1", "enabled": False, "requestedIotPlatformId": "onem2m-mn1"}
        self.call("POST", "mep1", api, "/registered_devices", device, 201)
        self.call("GET", "mep1", api, "/registered_devices", query="filter=(eq,enabled,TRUE)")
        self.call("GET", "mep1", api, "/registered_devices/d1")
        self.call("PUT", "mep1", api, "/registered_devices/d1", device)
        self.call("DELETE", "mep1", api, "/registered_devices/d1", None, 204)
        self.call("DELETE", "mep1", api, one, None, 204)
        self.call("GET", "mep1", api, one, None, 404)


class RadioNetwork(Messages):
    NAME = "10.100.0.1"
    ASSOCIATED = {"associateId": [{"type": 1, "value": NAME}]}
    CELL = {"ecgi": [{"plmn": {"mcc": "001", "mnc": "01"}, "cellId": "4g-macro-cell-1"}]}
    # kind, member with the criteria, criteria, more members; what the official file forbids in it
    KINDS = [
        ("CellChange", "filterCriteriaAssocHo", {**ASSOCIATED, "hoStatus": [3]}, {}, {"hoStatus": [9]}),
        ("RabEst", "filterCriteriaQci", {"qci": 9}, {}, {"qci": "best"}),
        ("RabMod", "filterCriteriaQci", {"qci": 9, "erabId": 5}, {}, {"erabId": "five"}),
        ("RabRel", "filterCriteriaQci", {"qci": 9, "erabId": 5, **CELL}, {}, {"ecgi": [{"cellId": "x"}]}),
        ("MeasRepUe", "filterCriteriaAssocTri", {**ASSOCIATED, "trigger": [1]}, {}, {"trigger": [6]}),
        ("NrMeasRepUe", "filterCriteriaNrMrs", {**ASSOCIATED, "triggerNr": [1]}, {}, {"triggerNr": [3]}),
        ("MeasTa", "filterCriteriaAssoc", ASSOCIATED, {}, {"associateId": [{"type": 5, "value": "x"}]}),
        ("CaReconf", "filterCriteriaAssoc", {}, {}, {"associateId": [{"value": "x"}]}),
        ("S1Bearer", "S1BearerSubscriptionCriteria", {**ASSOCIATED, "erabId": [5]}, {"eventType": [1]}, {"erabId": ["five"]}),
    ]
    FILTERS = {"cell_change": "CellChange", "rab_est": "RabEst", "rab_mod": "RabMod", "rab_rel": "RabRel", "meas_rep_ue": "MeasRepUe",
               "nr_meas_rep_ue": "NrMeasRepUe", "timing_advance_ue": "MeasTa", "ca_reconf": "CaReconf", "s1_bearer": "S1Bearer"}

    def place(self, point):
        self.control("PUT", f"terminals/{self.NAME}/place", {"access_point": point})

    def step(self, seconds=1):
        self.send("POST", f"{self.root}/sandbox/v1/scenario/step?seconds={seconds}")

    def happen(self, kind):
        """What makes a subscription of the kind tell something, from 4g-macro-cell-1."""
        if kind in ("RabEst", "S1Bearer"):
            self.place("4g-macro-cell-8")  # of the other host
            self.place("4g-macro-cell-1")
        elif kind == "CaReconf":
            self.step(100)
        elif kind in ("MeasRepUe", "MeasTa"):
            self.step()
        else:
            self.place({"CellChange": "4g-macro-cell-6", "RabRel": "wifi-ap-1"}.get(kind, "5g-small-cell-1"))
            if kind == "NrMeasRepUe":
                self.step()

    def test_queries(self):
        api, application = "rni/v2", self.ready_application("mep1")
        self.place("4g-macro-cell-1")
        me = f"ue_ipv4_address={self.NAME}"
        for query in (me, "cell_id=4g-macro-cell-1&qci=9&erab_id=5&erab_mbr_dl=100000000", "qci=1", "ue_ipv6_address=::1"):
            self.call("GET", "mep1", api, "/queries/rab_info", query=f"app_ins_id={application}&{query}")
        self.call("GET", "mep1", api, "/queries/rab_info", None, 400, query="qci=best")
        self.call("GET", "mep1", api, "/queries/plmn_info", query=f"app_ins_id={application}")
        self.call("GET", "mep1", api, "/queries/plmn_info", None, 404, query="app_ins_id=nobody")
        bearer = self.call("GET", "mep1", api, "/queries/s1_bearer_info", query=me)["s1UeInfo"][0]
        temporary = bearer["tempUeId"]["mmec"] + bearer["tempUeId"]["mtmsi"]
        self.call("GET", "mep1", api, "/queries/s1_bearer_info", query=f"temp_ue_id={temporary}&erab_id=5&cell_id=4g-macro-cell-1")
        self.call("GET", "mep1", api, "/queries/s1_bearer_info", None, 404, query="nated_ip_address=10.0.0.1")
        self.call("GET", "mep1", api, "/queries/s1_bearer_info", None, 400, query="erab_id=five")
        figures = self.call("GET", "mep1", api, "/queries/layer2_meas")
        for name in {*figures["cellInfo"][0], *figures["cellUEInfo"][0]} - {"ecgi", "associateId"}:
            parameter = name.replace("selected_preambles_low", "selecte_preambles_low")  # as the official file has it
            self.call("GET", "mep1", api, "/queries/layer2_meas", query=f"{parameter}=0")
            self.call("GET", "mep1", api, "/queries/layer2_meas", None, 400, query=f"{parameter}=few")
        self.call("GET", "mep1", api, "/queries/layer2_meas", query=f"{me}&cell_id=4g-macro-cell-1&app_ins_id={application}")

    def test_subscriptions(self):
        api = "rni/v2"
        for kind, member, criteria, more, forbidden in self.KINDS:
            with self.subTest(kind):
                self.place("4g-macro-cell-1")
                path = f"/radio/{kind}"
                content = {"subscriptionType": f"{kind}Subscription", "callbackReference": self.callbacks.url + path, member: criteria, **more}
                made = self.call("POST", "mep1", api, "/subscriptions", content, 201)
                one = made["_links"]["self"]["href"].split(api)[1]
                self.call("GET", "mep1", api, one)
                self.call("PUT", "mep1", api, one, {**content, "requestTestNotification": True})
                self.notified("TestNotification", base=api, path=path)
                self.call("PUT", "mep1", api, one, {**content, member: {**criteria, **forbidden}}, 400, forbidden=True)
                without = {name: value for name, value in content.items() if name != member}
                self.call("POST", "mep1", api, "/subscriptions", without, 400, forbidden=True)
                name = next(short for short, long in self.FILTERS.items() if long == kind)
                listed = self.call("GET", "mep1", api, "/subscriptions", query=f"subscription_type={name}")["_links"]["subscription"]
                self.assertEqual([link["subscriptionType"] for link in listed], [f"{kind}Subscription"])
                self.happen(kind)
                told = self.notified(f"{kind}Notification", path=path)
                self.assertTrue(told["_links"]["subscription"]["href"].endswith(one), told)
                self.call("DELETE", "mep1", api, one, expect=204)
                self.call("GET", "mep1", api, one, expect=404)

    def test_expiry_is_announced(self):
        api, now = "rni/v2", self.call("GET", "mep1", "mec_app_support/v1", "/timing/current_time")["seconds"]
        self.call("POST", "mep1", api, "/subscriptions", {"subscriptionType": "MeasTaSubscription", "callbackReference": self.callbacks.url + "/radio",
                  "filterCriteriaAssoc": {}, "expiryDeadline": {"seconds": now + 2, "nanoSeconds": 0}}, 201)
        self.notified("ExpiryNotification", base=api)


class Location(Messages):
    def test_users_and_zones(self):
        for host, zone, point in ("mep1", "zone03", "4g-macro-cell-6"), ("mep2", "zone04", "4g-macro-cell-8"):
            with self.subTest(host):
                self.control("PUT", "terminals/10.100.0.1/place", {"access_point": point})
                api = "location/v2"
                users = self.call("GET", host, api, "/queries/users", query="address=10.100.0.1")
                self.assertEqual(users["userList"]["user"][0]["accessPointId"], point)
                self.call("GET", host, api, "/queries/users", query=f"zoneId={zone}")
                self.call("GET", host, api, "/queries/zones")
                self.call("GET", host, api, f"/queries/zones/{zone}")
                self.call("GET", host, api, f"/queries/zones/{zone}/accessPoints")
                self.call("GET", host, api, f"/queries/zones/{zone}/accessPoints/{point}")
                self.call("GET", host, api, "/queries/zones/nowhere", expect=404)
                self.control("PUT", "terminals/10.100.0.2/place", {"access_point": point})
                self.call("GET", host, api, "/queries/distance", query="address=10.100.0.1&address=10.100.0.2")

    def told(self, host, path, member):
        """The next notification, which must be what the callback of this path is declared to take."""
        api = self.apis[host]["location/v2"]
        called, body = self.callbacks.received.get(timeout=10)
        while called != f"/{host}{path}":  # what an earlier subscription had still on its way
            called, body = self.callbacks.received.get(timeout=10)
        self.assertEqual(list(body), [member], body)
        callback = next(iter(next(iter(api.operation("POST", path)["callbacks"].values())).values()))["post"]
        self.assertEqual(api.faults(api.schema_of(callback["requestBody"]), body), [], body)
        return body[member]

    def subscribe(self, host, path, content):
        """The whole life of a subscription but its end; its path."""
        api, base = self.apis[host]["location/v2"], "location/v2"
        member = next(iter(content))
        bare = {name: value for name, value in content[member].items() if name != "address" and name != "zoneId"
                and name != "addressList" and name != "monitoredAddress"}
        self.call("POST", host, base, path, {member: bare}, 400, forbidden=True)
        made = self.call("POST", host, base, path, content, 201)[member]
        link = made["_links"]["self"]["href"] if host == "mep1" else made["resourceURL"]
        one = path + "/" + link.rsplit("/", 1)[1]
        self.assertTrue(link.endswith(one), link)
        self.call("GET", host, base, path)
        self.call("GET", host, base, one)
        self.call("PUT", host, base, one, {member: made})
        return one

    def test_subscriptions(self):
        for host, point, other, kinds in (("mep1", "4g-macro-cell-6", "4g-macro-cell-1", self.kinds_of_the_third_edition()),
                                          ("mep2", "4g-macro-cell-8", "4g-macro-cell-1", self.kinds_of_the_second_edition())):
            for path, content, notification in kinds:
                with self.subTest(path, content=content):
                    for address in "10.100.0.1", "10.100.0.2":
                        self.control("PUT", f"terminals/{address}/place", {"access_point": other})
                    one = self.subscribe(host, path, content)
                    for address in "10.100.0.2", "10.100.0.1":
                        self.control("PUT", f"terminals/{address}/place", {"access_point": point})
                    told = self.told(host, path, notification)
                    link = told["_links"]["subscription"] if host == "mep1" else told["link"][0]
                    self.assertTrue(link["href"].endswith(one), link)
                    self.call("DELETE", host, "location/v2", one, expect=204)
                    self.call("GET", host, "location/v2", one, expect=404)

    def place_of(self, point, host, zone):
        info = self.call("GET", host, "location/v2", f"/queries/zones/{zone}/accessPoints/{point}")["accessPointInfo"]
        return {"latitude": info["locationInfo"]["latitude"][0], "longitude": info["locationInfo"]["longitude"][0]}

    def kinds_of_the_third_edition(self):
        def kind(folder, name, **more):
            member = name[0].lower() + name[1:]
            return (f"/subscriptions/{folder}", {member + "Subscription": {"subscriptionType": name + "Subscription",
                    "callbackReference": f"{self.callbacks.url}/mep1/subscriptions/{folder}", **more}}, member + "Notification")
        entering = {"locationEventCriteria": ["ENTERING_AREA_EVENT"]}
        area = {"shape": 1, "radius": 10, "points": [self.place_of("4g-macro-cell-6", "mep1", "zone03")]}
        return [kind("users", "UserLocationEvent", address="10.100.0.1", **entering, userEventPara={"reportingLocationReq": True}),
                kind("users", "UserLocationPeriodic", address="10.100.0.1", periodicEventInfo={"reportingAmount": 3, "reportingInterval": 1}),
                kind("zones", "ZoneLocationEvent", zoneId="zone03", addressList=["10.100.0.1"], **entering),
                kind("zones", "ZoneStatus", zoneId="zone03", upperNumberOfUsersAPThreshold=1),
                kind("area", "UserArea", addressList=["10.100.0.1"], areaDefine=area, trackingAccuracy=10, reportingLocationReq=True),
                kind("distance", "UserDistance", criteria="AllWithinDistance", distance=5, trackingAccuracy=1, checkImmediate=False,
                     monitoredAddress=["10.100.0.1", "10.100.0.2"])]

    def kinds_of_the_second_edition(self):
        def kind(folder, member, notification, **more):
            callback = {"notifyURL": f"{self.callbacks.url}/mep2/subscriptions/{folder}", "callbackData": "mine", "notificationFormat": "JSON"}
            return f"/subscriptions/{folder}", {member: {"callbackReference": callback, **more}}, notification
        place = self.place_of("4g-macro-cell-8", "mep2", "zone04")
        return [kind("userTracking", "userTrackingSubscription", "zonalPresenceNotification", address="10.100.0.1"),
                kind("zonalTraffic", "zonalTrafficSubscription", "zonalPresenceNotification", zoneId="zone04"),
                kind("zoneStatus", "zoneStatusSubscription", "zoneStatusNotification", zoneId="zone04", numberOfUsersAPThreshold=1),
                kind("area/circle", "circleNotificationSubscription", "subscriptionNotification", address=["10.100.0.1"], **place,
                     radius=10, trackingAccuracy=1, checkImmediate=False, frequency=0, enteringLeavingCriteria="Entering"),
                kind("distance", "distanceNotificationSubscription", "subscriptionNotification", criteria="AnyWithinDistance", distance=5,
                     trackingAccuracy=1, checkImmediate=False, frequency=0, monitoredAddress=["10.100.0.1", "10.100.0.2"]),
                kind("periodic", "periodicNotificationSubscription", "subscriptionNotification", address=["10.100.0.1"], frequency=1,
                     requestedAccuracy=10)]


if __name__ == "__main__":
    if official_files.folder() is None:
        print("skipped: the official MEC files are not beside the project (../shared/specs/mec)")
        sys.exit(77)
    PROGRAM = sys.argv.pop(1)
    unittest.main(verbosity=1)
