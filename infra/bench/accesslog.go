package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"argyle-webhooks/infra/template"
)

// typical is what stands for each variable of the gateway's access log: an accepted delivery.
var typical = map[string]string{
	"$context.requestTime": "02/Apr/2025:09:30:00 +0000", "$context.requestId": "JKJaXmPLvHcESHA=", "$context.identity.sourceIp": "34.122.50.253",
	"$context.httpMethod": "POST", "$context.routeKey": "POST /webhooks/argyle", "$context.status": "202", "$context.responseLength": "22",
	"$context.responseLatency": "21", "$context.integrationStatus": "200", "$context.integrationLatency": "19",
	"$context.integrationErrorMessage": "-", "$context.error.message": "-",
}

// accessLine is the length of the gateway's access log line for an accepted delivery, in bytes, by the format in template.yaml.
func (b *bench) accessLine() (int, error) {
	source, err := template.Load(filepath.Join(b.root, "template.yaml"))
	if err != nil {
		return 0, err
	}
	stack, err := source.Resolve(nil, template.Placeholders{})
	if err != nil {
		return 0, err
	}
	total := 0
	for _, api := range stack.OfType("AWS::Serverless::HttpApi") {
		settings, err := api.Properties.Map("AccessLogSettings")
		if err != nil {
			return 0, err
		}
		line, err := settings.String("Format")
		if err != nil {
			return 0, err
		}
		for variable, value := range typical {
			line = strings.ReplaceAll(line, variable+`"`, value+`"`)
		}
		if strings.Contains(line, "$context.") {
			return 0, fmt.Errorf("the access log has a variable that has no typical value here: %s", line)
		}
		total += len(line)
	}
	return total, nil
}
