{{/* SPDX-License-Identifier: Apache-2.0 */}}
{{- define "edgecse.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "edgecse.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains (include "edgecse.name" .) .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "edgecse.name" .) | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "edgecse.selectorLabels" -}}
app.kubernetes.io/name: {{ include "edgecse.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "edgecse.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "edgecse.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: {{ .Values.config.cse.type | lower }}-cse
app.kubernetes.io/part-of: edgecse
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "edgecse.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "edgecse.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "edgecse.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "edgecse.scheme" -}}
{{- ternary "https" "http" .Values.tls.enabled -}}
{{- end -}}

{{- define "edgecse.tlsSecretName" -}}
{{- default (printf "%s-tls" (include "edgecse.fullname" .)) .Values.tls.secretName -}}
{{- end -}}

{{- define "edgecse.host" -}}
{{- printf "%s.%s.svc" (include "edgecse.fullname" .) .Release.Namespace -}}
{{- end -}}

{{- define "edgecse.serviceUrl" -}}
{{- printf "%s://%s:%v" (include "edgecse.scheme" .) (include "edgecse.host" .) .Values.service.port -}}
{{- end -}}

{{/* The configuration file: config, and what the chart knows about the pod. */}}
{{- define "edgecse.configuration" -}}
{{- $config := deepCopy .Values.config -}}
{{- $http := dict "listen" "0.0.0.0:8080" -}}
{{- if not .Values.config.http.advertise -}}
{{- $_ := set $http "advertise" (list (include "edgecse.serviceUrl" .)) -}}
{{- end -}}
{{- if .Values.tls.enabled -}}
{{- $tls := dict "certificate_file" "/etc/edgecse/tls/tls.crt" "key_file" "/etc/edgecse/tls/tls.key" -}}
{{- if .Values.tls.verifyClients -}}
{{- $_ := set $tls "client_ca_file" "/etc/edgecse/tls/ca.crt" -}}
{{- end -}}
{{- $_ := set $http "tls" $tls -}}
{{- end -}}
{{- if .Values.trustSecretName -}}
{{- $_ := set $http "client" (dict "ca_file" "/etc/edgecse/trust/ca.crt") -}}
{{- end -}}
{{- $own := dict "http" $http "admin" (dict "listen" "0.0.0.0:9464") "store" (dict "path" "/var/lib/edgecse/store") -}}
{{- if .Values.mecCredentials.secretName -}}
{{- $file := printf "/etc/edgecse/mec/%s" .Values.mecCredentials.key -}}
{{- $_ := set $own "mec" (dict "oauth2" (dict "client_secret_file" $file)) -}}
{{- end -}}
{{- toYaml (mergeOverwrite $config $own) -}}
{{- end -}}

{{/* What the schema cannot say: values that contradict each other. */}}
{{- define "edgecse.check" -}}
{{- $config := .Values.config -}}
{{- if and (eq $config.cse.type "IN") $config.registrar.id -}}
{{- fail "config.registrar.id: an IN-CSE has no registrar; leave it empty or set config.cse.type to MN" -}}
{{- end -}}
{{- if and (ne $config.cse.type "IN") (not $config.registrar.id) -}}
{{- fail (printf "config.registrar.id: an %s-CSE registers at another CSE; name it, and config.registrar.name and poa" $config.cse.type) -}}
{{- end -}}
{{- if and $config.registrar.id (or (not $config.registrar.name) (not $config.registrar.poa)) -}}
{{- fail "config.registrar: id, name and poa belong together" -}}
{{- end -}}
{{- if and $config.mec.enabled (not (dig "platform" "api_root" "" $config.mec)) -}}
{{- fail "config.mec.platform.api_root: a MEC application needs the Mp1 address of its platform" -}}
{{- end -}}
{{- if has $config.cse.id $config.mobility.peers -}}
{{- fail (printf "config.mobility.peers: %s is this CSE itself" $config.cse.id) -}}
{{- end -}}
{{- if and (eq $config.store.kind "memory") .Values.persistence.enabled -}}
{{- fail "config.store.kind memory keeps nothing: set persistence.enabled to false, or the kind to embedded" -}}
{{- end -}}
{{- if and .Values.tls.certManager.enabled (not .Values.tls.enabled) -}}
{{- fail "tls.certManager.enabled without tls.enabled: the certificate would not be used" -}}
{{- end -}}
{{- if and .Values.tls.enabled (not .Values.tls.certManager.enabled) (not .Values.tls.secretName) -}}
{{- fail "tls.secretName: name the secret with tls.crt and tls.key, or enable tls.certManager" -}}
{{- end -}}
{{- if and .Values.tls.certManager.enabled (not .Values.tls.certManager.issuerRef.name) -}}
{{- fail "tls.certManager.issuerRef.name: cert-manager needs an issuer" -}}
{{- end -}}
{{- if and .Values.tls.verifyClients (not .Values.tls.enabled) -}}
{{- fail "tls.verifyClients without tls.enabled: there is no TLS whose clients could be checked" -}}
{{- end -}}
{{- if and .Values.metrics.serviceMonitor.enabled .Values.metrics.podMonitor.enabled -}}
{{- fail "metrics: serviceMonitor and podMonitor would scrape the same pod twice; enable one" -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) -}}
{{- fail "ingress.hosts: an ingress needs a host name" -}}
{{- end -}}
{{- if and .Values.gatewayRoute.enabled (not .Values.gatewayRoute.parentRefs) -}}
{{- fail "gatewayRoute.parentRefs: a route needs a gateway" -}}
{{- end -}}
{{- if and .Values.persistence.existingClaim (not .Values.persistence.enabled) -}}
{{- fail "persistence.existingClaim without persistence.enabled: the claim would not be used" -}}
{{- end -}}
{{- end -}}
