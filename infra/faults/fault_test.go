package faults

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"argyle-webhooks/shared/status"
	"argyle-webhooks/shared/table"
)

// kind is what goes wrong with a call.
type kind string

const (
	failed    kind = "error"     // DynamoDB answers with an error of its own
	throttled kind = "throttled" // DynamoDB asks for less
	timedOut  kind = "timeout"   // nothing answers until the caller's time is up
	outrun    kind = "condition" // before: another writer comes first. after: the answer to a write was lost, and the SDK asked again
	panicked  kind = "panic"     // a bug
	crashed   kind = "crash"     // the sandbox is gone, with all that it was doing
)

// fault is a kind and its moment: before the call has done anything, or after it has, so that only its answer is lost.
type fault struct {
	kind  kind
	after bool
}

func (f fault) String() string {
	if f.after {
		return string(f.kind) + " after"
	}
	return string(f.kind) + " before"
}

// operation is a step of the worker's path. Merging stands between load and write: a crash after the one is a crash before the merge, a crash
// before the other is one after it.
type operation string

const (
	receive operation = "receive"
	load    operation = "load"
	write   operation = "write"
	answer  operation = "answer"
)

// faultsOf are all faults that an operation can have. Towards the event source mapping a fault is only that its call did not happen, or did
// and nobody knows, or, for an answer, that half of it happened.
func faultsOf(op operation) []fault {
	switch op {
	case load:
		return both(failed, throttled, timedOut, panicked, crashed)
	case write:
		return both(failed, throttled, timedOut, outrun, panicked, crashed)
	default:
		return both(failed)
	}
}

func both(kinds ...kind) []fault {
	var all []fault
	for _, kind := range kinds {
		all = append(all, fault{kind, false}, fault{kind, true})
	}
	return all
}

// sandbox is one Lambda sandbox: the way of its worker to the Store, where decide says before each call what goes wrong with it.
type sandbox struct {
	*Store
	decide func(ctx context.Context, op operation, key status.Key) (fault, bool)
	// rival is another writer that comes first.
	rival func(key status.Key)

	once sync.Once
	gone chan struct{} // closed by a crash
}

func (s *sandbox) GetItem(ctx context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (out *dynamodb.GetItemOutput, err error) {
	err = s.call(ctx, load, in.Key, func() error {
		out, err = s.Store.GetItem(ctx, in)
		return err
	})
	return out, err
}

func (s *sandbox) PutItem(ctx context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (out *dynamodb.PutItemOutput, err error) {
	err = s.call(ctx, write, in.Item, func() error {
		out, err = s.Store.PutItem(ctx, in)
		return err
	})
	return out, err
}

func (s *sandbox) call(ctx context.Context, op operation, item map[string]types.AttributeValue, do func() error) error {
	s.goIfGone()
	key := recordKey(item)
	fault, struck := s.decide(ctx, op, key)
	s.goIfGone()
	if err := ended(ctx); err != nil {
		return err // it was held up until its time was up
	}
	if !struck {
		return do()
	}
	if fault.kind == outrun {
		if fault.after {
			if err := do(); err != nil {
				return err
			}
		} else {
			s.rival(key)
		}
		return do()
	}
	if fault.after {
		if err := do(); err != nil && fault.kind != crashed && fault.kind != panicked {
			return err
		}
	}
	switch fault.kind {
	case failed:
		return &types.InternalServerError{Message: new("injected")}
	case throttled:
		return &types.ProvisionedThroughputExceededException{Message: new("injected")}
	case timedOut:
		select {
		case <-ctx.Done():
		case <-s.gone:
			s.goIfGone()
		}
		return ended(ctx)
	case panicked:
		panic("injected")
	case crashed:
		s.crash()
		s.goIfGone()
	default:
	}
	return errors.New("no such fault")
}

// crash ends the sandbox. What runs in it comes to its end at its next call; what it answers counts for nothing.
func (s *sandbox) crash() { s.once.Do(func() { close(s.gone) }) }

func (s *sandbox) isGone() bool {
	select {
	case <-s.gone:
		return true
	default:
		return false
	}
}

func (s *sandbox) goIfGone() {
	if s.isGone() {
		runtime.Goexit()
	}
}

func recordKey(item map[string]types.AttributeValue) status.Key {
	key := status.Key{User: strings.TrimPrefix(word(item["pk"]), "USER#")}
	if account, ok := strings.CutPrefix(word(item["sk"]), "ACCOUNT#"); ok {
		key.Account = account
	}
	return key
}

var _ table.Client = (*sandbox)(nil)
