// Package samples makes events/ out of the sample bodies in shared/argyle/testdata: each body as the gateway hands it to the webhook
// function and as SQS hands it to a worker, for `sam local invoke`, `argylectl send` and the tests.
//
// There is one set of bodies and everything else is derived: [Files] is what events/ has to hold, [Write] puts it there, and a test fails
// when the two differ. The derived files carry fixed receive times, so that making them twice gives the same bytes; a status function
// refuses evidence older than 28 days, so whoever delivers one stamps it anew with [Restamp].
//
// It is no library of test data for other packages: they read shared/argyle/testdata themselves.
package samples

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"argyle-webhooks/shared/argyle"
)

// BodiesDir is where the sample bodies lie, seen from the repository's root.
const BodiesDir = "shared/argyle/testdata"

// Body is one sample: the bytes of a delivery's body as Argyle sends them, pretty-printed and without a newline at the end.
type Body struct {
	// Stem names the sample and the files made of it: the event, then what is special about the sample, as in
	// accounts.updated.resource or profiles.added.v1.
	Stem string
	// Event is the event's own name.
	Event string
	// Bytes are what is signed.
	Bytes []byte
}

// Bodies reads every sample body of the repository at root, sorted by stem.
func Bodies(root string) ([]Body, error) {
	paths, err := filepath.Glob(filepath.Join(root, BodiesDir, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("listing sample bodies: %w", err)
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("no sample bodies in %s: run this in the repository's root", filepath.Join(root, BodiesDir))
	}
	var bodies []Body
	for _, path := range paths {
		body, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("reading a sample body: %w", err)
		}
		event, err := argyle.Parse(body)
		if err != nil {
			return nil, fmt.Errorf("reading sample body %s: %w", path, err)
		}
		bodies = append(bodies, Body{
			Stem:  strings.TrimSuffix(filepath.Base(path), ".json"),
			Event: event.Name,
			Bytes: body,
		})
	}
	return bodies, nil
}
