package lambdaenv

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"argyle-webhooks/shared/telemetry"
)

// given is what Lambda always gives.
var given = map[string]string{
	"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key", "AWS_SESSION_TOKEN": "token", "VERSION": "v1.2.3",
}

// start reads the settings of a function and returns its first log line, and its exit status or -1.
func start(settings map[string]string, read func(*Env)) (line map[string]any, exit int) {
	var out bytes.Buffer
	exit = -1
	lookup := func(name string) string {
		if value, ok := settings[name]; ok {
			return value
		}
		return given[name]
	}
	env := open("accounts", telemetry.New(&out, "f", ""), lookup, func(code int) { exit = code })
	read(env)
	env.Ready()
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		panic(err)
	}
	delete(line, "time")
	return line, exit
}

func TestReady(t *testing.T) {
	worker := func(env *Env) {
		env.Required("TABLE_NAME")
		env.OneOf("POLICY", "observe", "enforce")
		env.Service("SQS")
		env.Service("DYNAMODB")
	}
	for name, c := range map[string]struct {
		settings map[string]string
		level    string
		msg      string
		reason   any
		exit     int
	}{
		"all there": {
			map[string]string{"TABLE_NAME": "t", "POLICY": "enforce"},
			"INFO", "started", nil, -1,
		},
		"endpoint of its own": {
			map[string]string{"TABLE_NAME": "t", "POLICY": "observe", "AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:9324"},
			"INFO", "started", nil, -1,
		},
		"everything missing, each once": {
			map[string]string{"AWS_REGION": "", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": ""},
			"ERROR", "cannot start", "missing settings: TABLE_NAME, POLICY, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION", 1,
		},
		"blank": {
			map[string]string{"TABLE_NAME": " \t", "POLICY": "observe"},
			"ERROR", "cannot start", "missing settings: TABLE_NAME", 1,
		},
		"wrong, without its value": {
			map[string]string{"TABLE_NAME": "t", "POLICY": "canary", "AWS_ENDPOINT_URL_DYNAMODB": "canary"},
			"ERROR", "cannot start", "wrong settings: POLICY must be observe or enforce, AWS_ENDPOINT_URL_DYNAMODB must be a URL with http:// or https://", 1,
		},
		"missing and wrong": {
			map[string]string{"POLICY": "canary"},
			"ERROR", "cannot start", "missing settings: TABLE_NAME; wrong settings: POLICY must be observe or enforce", 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			line, exit := start(c.settings, worker)
			want := map[string]any{"level": c.level, "msg": c.msg, "name": "accounts", "version": "v1.2.3"}
			if c.reason != nil {
				want["reason"] = c.reason
			}
			if diff := cmp.Diff(want, line); diff != "" || exit != c.exit {
				t.Errorf("exit %d, %s", exit, diff)
			}
		})
	}
}

func TestVersionMayBeUnknown(t *testing.T) {
	line, _ := start(map[string]string{"VERSION": ""}, func(*Env) {})
	if line["version"] != "unknown" {
		t.Errorf("version %v", line["version"])
	}
}

func TestService(t *testing.T) {
	var service Service
	start(map[string]string{"AWS_ENDPOINT_URL_SQS": " http://127.0.0.1:9324 "}, func(env *Env) { service = env.Service("SQS") })
	if service.Region != "eu-west-1" || service.Endpoint == nil || *service.Endpoint != "http://127.0.0.1:9324" {
		t.Errorf("%+v", service)
	}
	credentials, err := service.Credentials.Retrieve(context.Background())
	if err != nil || credentials.AccessKeyID != "id" || credentials.SecretAccessKey != "key" || credentials.SessionToken != "token" {
		t.Errorf("credentials were not taken from the environment (%v)", err)
	}

	start(map[string]string{"AWS_ENDPOINT_URL_SQS": ""}, func(env *Env) { service = env.Service("SQS") })
	if service.Endpoint != nil {
		t.Errorf("an empty endpoint must mean AWS's own, got %q", *service.Endpoint)
	}
}
