{{- define "ecommerce-stack.name" -}}
{{- $name := .Values.name | default .Release.Name }}
{{- if not (regexMatch "^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$" $name) }}
{{- fail (printf "name: %s has more than 32 letters, digits and dashes, or does not begin with a letter: set another one" $name) }}
{{- end }}
{{- $name }}
{{- end }}
