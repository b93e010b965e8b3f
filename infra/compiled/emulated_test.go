//go:build emulated

package compiled

import (
	"context"
	"debug/elf"
	"fmt"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"argyle-webhooks/infra/local"
	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/infra/local/lambda"
	"argyle-webhooks/infra/samples"
)

// emulator is qemu's user mode for arm64 as Debian's qemu-user-static has it.
const emulator = "qemu-aarch64-static"

// TestArm64 gives events to the binaries for arm64 that `make build` left: to the front door a delivery, to each worker every event of its queue.
func TestArm64(t *testing.T) {
	how := findEmulator(t)
	tr := newTrial(local.StartForTest(t, local.Options{}))
	settings, err := local.Settings(t.Context(), tr.stack.URL())
	if err != nil {
		t.Fatal(err)
	}
	functions := map[string]*lambda.Function{}
	for _, name := range tr.stack.Functions() {
		functions[name] = emulated(t, how, name, settings[samples.LogicalID(name, "Function")])
	}
	tr.invoke = func(ctx context.Context, function string, payload []byte) ([]byte, error) {
		answer, err := functions[function].Invoke(ctx, payload)
		if err != nil {
			return nil, fmt.Errorf("invoking %s: %w", function, err)
		}
		return answer, nil
	}
	tr.deliver(t, file("webhook", "accounts.connected"))
	tr.refuse(t, file("webhook", "accounts.connected"))
	tr.settle(t)
	workEvery(t, tr)
}

// findEmulator returns what runs a program for arm64: on such a machine nothing, "".
func findEmulator(t *testing.T) string {
	t.Helper()
	switch {
	case runtime.GOOS != "linux":
		t.Fatalf("the functions are programs for Linux, and this is %s", runtime.GOOS)
	case runtime.GOARCH == "arm64":
		return ""
	}
	path, err := exec.LookPath(emulator)
	if err != nil {
		t.Fatalf("%s is missing: install it (on Debian and Ubuntu: apt install qemu-user-static)", emulator)
	}
	return path
}

// emulated makes a function of the binary that `make build` left for arm64. Its environment is what the local stack gives its own.
func emulated(t *testing.T, emulator, name string, environment map[string]string) *lambda.Function {
	t.Helper()
	f, err := lambda.New(lambda.Config{
		Name: name, ARN: "arn:aws:lambda:" + backend.Region + ":" + backend.AccountID + ":function:" + name,
		Binary: built(t, name, elf.EM_AARCH64), Emulator: emulator, Environment: environment,
		Region: backend.Region, AccessKey: backend.AccessKey, SecretKey: backend.SecretKey,
		// Emulation takes several times as long. The front door's own five seconds remain.
		Timeout: time.Minute, MemoryMB: 256, Concurrency: 1, LogFormat: "JSON", Log: t.Output(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}
