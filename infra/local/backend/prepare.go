package backend

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
)

// Prepare fetches what [Start] needs, if it is not there yet, and starts nothing. Of the options it heeds BuildDir and Log. A machine
// that can run neither Java nor Docker gives [ErrNothingToRunOn].
func Prepare(ctx context.Context, opts Options) error {
	buildDir, err := filepath.Abs(opts.BuildDir)
	if err != nil {
		return fmt.Errorf("find the folder for the servers: %w", err)
	}
	opts.BuildDir = buildDir
	_, err = choose(ctx, opts, "", http.DefaultClient)
	return err
}
