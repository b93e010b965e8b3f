package main

import (
	"testing"

	"argyle-webhooks/infra/local/backend"
	"argyle-webhooks/infra/permissions/drive"
)

func TestMain(m *testing.M) { backend.Main(m) }

// TestPermissions holds what the function calls against its role in template.yaml.
func TestPermissions(t *testing.T) { drive.Worker(t, "identities", handler) }
