package faults

import (
	"testing"

	"go.uber.org/goleak"

	"argyle-webhooks/infra/local/backend"
)

func TestMain(m *testing.M) { backend.Main(m, func() error { return goleak.Find() }) }
