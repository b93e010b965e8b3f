package compiled

import (
	"testing"

	"argyle-webhooks/infra/local"
)

// root is the repository's root as the tests see it.
const root = "../.."

func TestMain(m *testing.M) { local.Main(m) }
