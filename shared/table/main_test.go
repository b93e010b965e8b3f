package table

import (
	"testing"

	"argyle-webhooks/infra/local/backend"
)

func TestMain(m *testing.M) { backend.Main(m) }

// newTable makes the template's status table on DynamoDB Local.
func newTable(t *testing.T) *Table {
	t.Helper()
	local := backend.ForTest(t)
	return New(local.DynamoDB(), local.CreateTable(t, "StatusTable"))
}
