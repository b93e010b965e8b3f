package compiled

import (
	"slices"
	"testing"

	"argyle-webhooks/infra/local"
)

// TestEveryQueueEventIsStored gives every events/queue/*.json to the worker of its queue.
func TestEveryQueueEventIsStored(t *testing.T) {
	workEvery(t, newTrial(local.ForTest(t)))
}

// workEvery gives every events/queue/*.json to the worker of its queue and requires that no worker is left out.
func workEvery(t *testing.T, tr *trial) {
	t.Helper()
	idle := workers(tr.stack)
	for _, path := range files(t, "queue") {
		t.Run(stem(path), func(t *testing.T) {
			worker := tr.work(t, path)
			idle = slices.DeleteFunc(idle, func(each string) bool { return each == worker })
		})
	}
	if len(idle) > 0 {
		t.Errorf("no event in events/queue is for %v", idle)
	}
}

// workers are the folders of the stack's functions that work for a queue.
func workers(stack *local.Test) []string {
	return slices.DeleteFunc(stack.Functions(), func(function string) bool { return function == frontDoor })
}
