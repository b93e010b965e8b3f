package upgrade

import (
	"testing"

	"argyle-webhooks/infra/local"
)

func TestMain(m *testing.M) { local.Main(m) }
