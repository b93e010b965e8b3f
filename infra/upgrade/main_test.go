package upgrade

import (
	"testing"

	"argyle-webhooks/infra/local"
	"argyle-webhooks/shared/status"
)

func TestMain(m *testing.M) { local.Main(m) }

// action is the table of error codes, which is data and stands once.
func action(code string) string {
	record := status.Record{Signalled: &status.Signalled{Status: "error", ErrorCode: code, ReceivedAt: 1}}
	return string(record.Status(status.Record{}).Connection.Action)
}
