package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const twoSecrets = `{"secrets": ["` + newSecretText + `", "` + oldSecret + `"]}`

func TestSecretRetireOnAStack(t *testing.T) {
	const dayAgo = 25 * time.Hour
	for name, c := range map[string]struct {
		value           string
		accepted, older []float64
		stored          time.Duration
		denied          string
		force           bool
		code            int
		says            string
	}{
		"nothing signed with the older": {twoSecrets, []float64{5, 7}, nil, dayAgo, "", false, 0, ""},
		"the older in use":              {twoSecrets, []float64{5, 7}, []float64{1, 2}, dayAgo, "", false, exitNo, "signed 3 deliveries in the last day"},
		"in use, by force":              {twoSecrets, []float64{5, 7}, []float64{1, 2}, dayAgo, "", true, 0, ""},
		"not yet a day":                 {twoSecrets, []float64{5, 7}, nil, time.Hour, "", false, exitNo, "less than a day"},
		"no delivery":                   {twoSecrets, nil, nil, dayAgo, "", false, exitNo, "no delivery was accepted"},
		"CloudWatch denied":             {twoSecrets, nil, nil, dayAgo, "GetMetricData", false, exitNo, "asking CloudWatch"},
		"CloudWatch denied, by force":   {twoSecrets, nil, nil, dayAgo, "GetMetricData", true, 0, ""},
		"one secret":                    {newSecretText, []float64{5}, nil, dayAgo, "", false, exitNo, "only one secret is live"},
		"no audit log":                  {twoSecrets, []float64{5}, nil, dayAgo, "PutLogEvents", false, exitUsage, "nothing was done"},
		"not permitted":                 {twoSecrets, []float64{5}, nil, dayAgo, "PutSecretValue", false, exitUsage, "AccessDenied"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakeAWS(t, c.value)
			f.set(func() {
				f.accepted, f.older, f.storedBefore, f.denied[c.denied] = c.accepted, c.older, c.stored, true
				f.earlier = []float64{20} // which does not speak against it, nor for it
			})
			before := f.live()
			args := []string{"retire", "--reason", "a test"}
			if c.force {
				args = append(args, "--force")
			}
			got := f.secret("", args...)
			after := f.live()
			if got.code != c.code || !strings.Contains(got.stderr, c.says) || strings.Count(got.stderr, "argylectl: ") != min(c.code, 1) {
				t.Errorf("%+v, want exit code %d and %q", got, c.code, c.says)
			}
			if c.code != 0 {
				if *after.Version != *before.Version {
					t.Error("the secret was changed")
				}
				return
			}
			lines := f.lines()
			began, ended := strings.Index(lines, `"caller":"`+fakeCaller+`"`), strings.Index(lines, "retired, one is live")
			if after.Live != 1 || strings.Count(lines, "\n") != 1 || !strings.Contains(lines, `"outcome":"begins"`) || began < 0 || ended < began {
				t.Errorf("%d live, audit log:\n%s", after.Live, lines)
			}
		})
	}
}

func TestSecretListOnAStack(t *testing.T) {
	f := newFakeAWS(t, twoSecrets)
	f.set(func() { f.accepted, f.older, f.earlier = []float64{5, 7}, []float64{1, 2}, []float64{20} })
	listed := f.live()
	if listed.Live != 2 || listed.Since == nil || *listed.Accepted != 12 || *listed.Older != 3 || *listed.AcceptedWeek != 32 || *listed.OlderWeek != 23 {
		t.Errorf("%+v", listed)
	}
	got := f.secret("", "list")
	for _, want := range []string{
		"2 secrets are live, the newest and 1 older", "(version " + *listed.Version + ")",
		"In the last day 12 deliveries were accepted, 3 of them signed with an older secret", "In the last week 32 deliveries were accepted, 23 of them signed with an older secret",
	} {
		if got.code != 0 || !strings.Contains(got.stdout, want) || got.stderr != "" {
			t.Errorf("%+v, want %q", got, want)
		}
	}
	f.set(func() { f.denied["GetMetricData"] = true })
	if got := f.live(); got.Live != 2 || got.Accepted != nil || got.Older != nil || got.AcceptedWeek != nil || got.OlderWeek != nil {
		t.Errorf("without CloudWatch: %+v", got)
	}
	empty := newFakeAWS(t, "")
	if got := empty.secret("", "list"); got.code != 0 || !strings.Contains(got.stdout, "argylectl secret rotate --stack "+fakeStack) {
		t.Errorf("no secret: %+v", got)
	}
}

func TestSecretRotateOnAStack(t *testing.T) {
	for name, c := range map[string]struct {
		value, stdin, denied string
		code                 int
		says                 string // on either output
		live                 int
		kept                 bool // the file that was made
	}{
		"the first":                      {"", "", "", 0, "One secret is live", 1, true},
		"the next":                       {oldSecret, "", "", 0, "2 secrets are live", 2, true},
		"from standard input":            {oldSecret, newSecretText, "", 0, "2 secrets are live", 2, false},
		"live already":                   {oldSecret, oldSecret, "", exitNo, "that secret is live already", 1, false},
		"no secret":                      {oldSecret, "canary", "", exitNo, "the secret has 6 bytes", 1, false},
		"no audit log":                   {oldSecret, "", "CreateLogStream", exitUsage, "nothing was done", 1, false},
		"it cannot be stored":            {oldSecret, "", "PutSecretValue", exitUsage, "may or may not be live", 1, true},
		"it cannot be made the current":  {oldSecret, "", "UpdateSecretVersionStage", exitUsage, "may or may not be live", 1, true},
		"the first needs no second call": {"", "", "UpdateSecretVersionStage", 0, "One secret is live", 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakeAWS(t, c.value)
			f.set(func() { f.denied[c.denied] = true })
			out := filepath.Join(t.TempDir(), "secret.txt")
			args := []string{"rotate", "--reason", "a test", "--out", out}
			if c.stdin != "" {
				args = []string{"rotate", "--reason", "a test", "--from", "-"}
			}
			got := f.secret(c.stdin, args...)
			if got.code != c.code || !strings.Contains(got.stdout+got.stderr, c.says) || strings.Count(got.stderr, "argylectl: ") != min(c.code, 1) {
				t.Errorf("%+v, want exit code %d and %q", got, c.code, c.says)
			}
			if live := f.live(); live.Live != c.live {
				t.Errorf("%d live, want %d", live.Live, c.live)
			}
			made, err := os.ReadFile(out)
			if (err == nil) != c.kept {
				t.Errorf("the file: %v, want it kept: %t", err, c.kept)
			}
			if err == nil {
				requireNoSecret(t, got, string(made))
				requireNoSecret(t, result{stdout: f.lines()}, string(made))
			}
		})
	}
}
