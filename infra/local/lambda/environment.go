package lambda

import (
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// environment is the process's whole environment: what the template declares and what Lambda adds, as listed at
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html. Nothing is inherited, so that no credentials of the developer reach a
// function.
func (c Config) environment(runtimeAPI string) []string {
	root := filepath.Dir(c.Binary)
	variables := map[string]string{}
	for name, value := range c.Environment {
		variables[name] = value
	}
	for name, value := range map[string]string{
		"_HANDLER":                        "bootstrap",
		"AWS_ACCESS_KEY_ID":               c.AccessKey,
		"AWS_DEFAULT_REGION":              c.Region,
		"AWS_EXECUTION_ENV":               "AWS_Lambda_provided.al2023",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(c.MemoryMB),
		"AWS_LAMBDA_FUNCTION_NAME":        c.Name,
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/" + c.Name,
		"AWS_LAMBDA_LOG_STREAM_NAME":      time.Now().UTC().Format("2006/01/02") + "/[$LATEST]" + newRequestID(),
		"AWS_LAMBDA_RUNTIME_API":          runtimeAPI,
		"AWS_REGION":                      c.Region,
		"AWS_SECRET_ACCESS_KEY":           c.SecretKey,
		"AWS_SESSION_TOKEN":               "local",
		"LAMBDA_RUNTIME_DIR":              "/var/runtime",
		"LAMBDA_TASK_ROOT":                root,
		"LANG":                            "en_US.UTF-8",
		"PATH":                            "/usr/local/bin:/usr/bin/:/bin:/opt/bin",
		"TZ":                              ":UTC",
	} {
		variables[name] = value
	}
	if c.LogFormat != "" {
		variables["AWS_LAMBDA_LOG_FORMAT"] = c.LogFormat
	}
	if c.LogLevel != "" {
		variables["AWS_LAMBDA_LOG_LEVEL"] = c.LogLevel
	}
	list := make([]string, 0, len(variables))
	for name, value := range variables {
		list = append(list, name+"="+value)
	}
	slices.Sort(list)
	return list
}
