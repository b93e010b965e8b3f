package backend

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"argyle-webhooks/infra/template"
)

// ErrDiffers says that a table or queue exists already and is not as the template declares it. It can only come from a server that
// was running before.
var ErrDiffers = errors.New("exists already and differs from the template")

// Provision creates every AWS::DynamoDB::Table and AWS::SQS::Queue of the stack, as it is declared. The stack must have been resolved
// with [Backend.Resolver]. Ones that exist and are alike are kept as they are; one that differs is an error that wraps [ErrDiffers]. A
// property that is neither applied nor known to have no meaning here is an error: nothing of the template is passed over in silence.
func (b *Backend) Provision(ctx context.Context, stack *template.Stack) error {
	if other := stack.OfType("AWS::DynamoDB::GlobalTable", "AWS::Serverless::SimpleTable"); len(other) > 0 {
		return fmt.Errorf("%s is an %s, which the local stack does not know: declare an %s", other[0].LogicalID, other[0].Type, tableType)
	}
	// Everything is read before anything is created.
	queues, err := deadLettersFirst(stack.OfType(queueType))
	if err != nil {
		return err
	}
	var tables []tableSpec
	for _, res := range stack.OfType(tableType) {
		spec, err := tableSpecOf(res)
		if err != nil {
			return err
		}
		tables = append(tables, spec)
	}
	var tableErr, queueErr error
	var both sync.WaitGroup
	both.Go(func() {
		client := b.DynamoDB()
		for _, spec := range tables {
			if tableErr = spec.make(ctx, client); tableErr != nil {
				return
			}
		}
	})
	both.Go(func() {
		client := b.SQS()
		for _, spec := range queues {
			if _, queueErr = spec.make(ctx, client); queueErr != nil {
				return
			}
		}
	})
	both.Wait()
	return errors.Join(tableErr, queueErr)
}

// deadLettersFirst reads queues and orders them so that each comes after the one that its redrive policy names, as SQS demands.
func deadLettersFirst(queues []*template.Resource) ([]queueSpec, error) {
	byARN := map[string]*template.Resource{}
	specs := map[string]queueSpec{}
	for _, res := range queues {
		spec, err := queueSpecOf(res)
		if err != nil {
			return nil, err
		}
		if twin, twice := byARN[queueARN(spec.name)]; twice {
			return nil, fmt.Errorf("%s and %s have the same name, %s", twin.LogicalID, res.LogicalID, spec.name)
		}
		byARN[queueARN(spec.name)] = res
		specs[res.LogicalID] = spec
	}
	var ordered []queueSpec
	placed := map[string]bool{}
	var place func(res *template.Resource, behind []string) error
	place = func(res *template.Resource, behind []string) error {
		if placed[res.LogicalID] {
			return nil
		}
		behind = append(behind, res.LogicalID)
		if slices.Contains(behind[:len(behind)-1], res.LogicalID) {
			return fmt.Errorf("the redrive policies go in a circle: %s", strings.Join(behind, " → "))
		}
		spec := specs[res.LogicalID]
		if spec.deadLetters != "" {
			dead, ok := byARN[spec.deadLetters]
			if !ok {
				return res.Properties.Errorf("RedrivePolicy", "no queue of the template has the ARN %s", spec.deadLetters)
			}
			if err := place(dead, behind); err != nil {
				return err
			}
		}
		placed[res.LogicalID] = true
		ordered = append(ordered, spec)
		return nil
	}
	for _, res := range queues {
		if err := place(res, nil); err != nil {
			return nil, err
		}
	}
	return ordered, nil
}

// known says that every property is either applied or deliberately ignored.
func known(p template.Props, applied, ignored []string) error {
	return p.Only(slices.Concat(applied, ignored)...)
}
