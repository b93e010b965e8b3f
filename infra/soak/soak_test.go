package soak

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"argyle-webhooks/infra/local"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestRun soaks for a few seconds: too short for a trial, and long enough that nothing may be wrong or lost.
func TestRun(t *testing.T) {
	report, err := Run(t.Context(), Options{
		Accounts: 20, Duration: 4 * time.Second, Seed: 3, Kill: 100 * time.Millisecond,
		Local: local.Options{Listen: "127.0.0.1:0"}, Say: func(line string) { t.Log(line) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", report)
	for _, line := range report.Unmet() {
		if !strings.HasPrefix(line, "no trial:") {
			t.Error(line)
		}
	}
	for _, line := range report.Examples() {
		t.Log(line)
	}
	if report.Acked == 0 || report.Accounts == 0 || report.Kills == 0 {
		t.Errorf("%d acknowledged, %d accounts, %d kills", report.Acked, report.Accounts, report.Kills)
	}
}

// TestRunEndsWhenToldTo, in the middle of the play, and leaves nothing running: goleak looks for what the stack would have left.
func TestRunEndsWhenToldTo(t *testing.T) {
	stop := errors.New("the user has had enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	var told atomic.Value
	_, err := Run(ctx, Options{
		Accounts: 20, Duration: time.Minute, Kill: 100 * time.Millisecond, Local: local.Options{Listen: "127.0.0.1:0"},
		Say: func(line string) {
			if strings.Contains(line, "deliveries") {
				told.Store(time.Now())
				cancel(stop)
			}
		},
	})
	if !errors.Is(err, stop) {
		t.Fatalf("it ended with %v", err)
	}
	if took := time.Since(told.Load().(time.Time)); took > 10*time.Second {
		t.Errorf("it took %s to end", took)
	}
}
