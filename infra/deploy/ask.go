package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// asker asks the person who deploys.
type asker struct {
	in  io.Reader
	out io.Writer
	// yes answers every question: CONFIRM=yes, for whoever has already asked somebody, as a GitHub environment does.
	yes bool
}

// confirm is nil for a yes.
func (a asker) confirm(ctx context.Context, question string) error {
	if a.yes {
		fmt.Fprintf(a.out, "deploy: %s yes (CONFIRM=yes)\n", question)
		return nil
	}
	fmt.Fprintf(a.out, "deploy: %s [y/N] ", question)
	type answer struct {
		text string
		err  error
	}
	answered := make(chan answer, 1)
	go func() { // ends with the program where nobody answers
		text, err := bufio.NewReader(a.in).ReadString('\n')
		answered <- answer{text, err}
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(a.out)
		return fmt.Errorf("nothing was changed: %w", context.Cause(ctx))
	case got := <-answered:
		switch strings.ToLower(strings.TrimSpace(got.text)) {
		case "y", "yes":
			return nil
		case "":
			if got.err != nil {
				fmt.Fprintln(a.out)
				return errors.New("nothing was changed: there is nobody here to ask; say CONFIRM=yes if somebody has agreed")
			}
		}
		return errors.New("nothing was changed: the answer was no")
	}
}
