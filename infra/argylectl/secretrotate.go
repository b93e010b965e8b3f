package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"argyle-webhooks/infra/rotation"
	"argyle-webhooks/shared/argyle"
)

// What a secret has to be. Argyle documents no bounds; these keep out what is no secret.
const (
	secretBytes = 32 // of one that is made here: 64 hex digits
	minSecret   = 16
	maxSecret   = 512
)

func newSecretRotate() *cobra.Command {
	var on target
	var out, from string
	cmd := &cobra.Command{
		Use:   "rotate (--out FILE | --from FILE)",
		Short: "Put a new secret before the one in use",
		Long: "Make a new signing secret, or take one, and put it before the one in use. Both are taken from then on: replace the\n" +
			"subscriptions at Argyle, and a day later retire the old one. A new stack's first secret is made in the same way.\n\n" +
			"The new secret goes to a new file that only you can read. Give it to Argyle, then remove the file.",
		Example: "  argylectl secret rotate --stack argyle-webhooks-prod --reason \"yearly rotation\" --out secret.txt\n" +
			"  argylectl secret rotate --local --reason trying --from - <secret.txt",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), secretPatience)
			defer cancel()
			if (out == "") == (from == "") {
				return usage("where is the new secret to go? Say --out FILE, a new file, or --from FILE to take one (\"-\" is standard input)")
			}
			return rotate(ctx, cmd, on, out, from)
		},
	}
	on.flags(cmd)
	on.reasonFlag(cmd, "needed")
	cmd.Flags().StringVar(&out, "out", "", "make a secret and write it to this new file")
	cmd.Flags().StringVar(&from, "from", "", "take the secret from this file; \"-\" is standard input")
	return cmd
}

func rotate(ctx context.Context, cmd *cobra.Command, on target, out, from string) error {
	if err := on.checkReason(); err != nil {
		return err
	}
	stack, secrets, live, err := openSecrets(ctx, on)
	switch {
	case err != nil:
		return err
	case live.Count() > 1:
		return no(rotation.ErrTwoLive)
	}
	var fresh argyle.Secret
	if from != "" {
		fresh, err = takeSecret(cmd.InOrStdin(), from)
	} else {
		fresh, err = makeSecret(out)
	}
	if err != nil {
		return no(err)
	}
	unused := func() error {
		if out == "" {
			return nil
		}
		return os.Remove(out)
	}
	end, err := on.begin(ctx, stack, cmd.ErrOrStderr(), "secret rotate", stack.SecretARN)
	if err != nil {
		return errors.Join(err, unused())
	}
	now, err := secrets.Add(ctx, fresh)
	switch trouble := secretTrouble(err); {
	case err == nil:
	case errors.Is(err, rotation.ErrTwoLive), errors.Is(err, rotation.ErrKnown), errors.Is(err, rotation.ErrChanged):
		return errors.Join(trouble, unused(), end("not rotated"))
	default:
		// It may be in use all the same, so what was made is kept.
		if out != "" {
			trouble = failure{exitUsage, fmt.Errorf("%w; the secret in %s may or may not be live: see `argylectl secret list`, and if it is not, try again with --from %s",
				trouble, out, out)}
		}
		return errors.Join(trouble, end("failed; see secret list"))
	}
	describeSecrets(cmd.OutOrStdout(), now)
	next(cmd.OutOrStdout(), on, now, out)
	return end(fmt.Sprintf("rotated, %d are live", now.Count()))
}

// next says what to do after a rotation.
func next(to io.Writer, on target, now rotation.Live, out string) {
	where := "the new secret"
	if out != "" {
		where = "the secret in " + out
	}
	var steps []string
	if now.Count() == 1 {
		steps = append(steps, fmt.Sprintf("Subscribe at Argyle with %s (README, Deploy).", where))
	} else {
		steps = append(steps, "Wait five minutes: by then every running function knows it. (Before, one asks when a signature fails, once a minute at most.)",
			fmt.Sprintf("At Argyle, subscribe anew with %s, then delete the subscriptions that have the old one.", where))
	}
	if out != "" {
		steps = append(steps, "rm "+out)
	}
	if now.Count() > 1 {
		steps = append(steps, fmt.Sprintf("See who still signs with the old one: argylectl secret list %s", on.flag()),
			fmt.Sprintf("A day later: argylectl secret retire %s --reason \"…\"", on.flag()))
	}
	fmt.Fprintln(to, "Next:")
	for i, step := range steps {
		fmt.Fprintf(to, "  %d. %s\n", i+1, step)
	}
}

// makeSecret makes a secret and writes it to a new file that nobody else can read, before anything else knows it.
func makeSecret(path string) (argyle.Secret, error) {
	random := make([]byte, secretBytes)
	_, _ = rand.Read(random) // never fails
	fresh := hex.EncodeToString(random)
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("%s is there already: nothing was done; name a new file", path)
	}
	if err != nil {
		return "", fmt.Errorf("nothing was done: %w", err)
	}
	_, err = file.WriteString(fresh)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return "", errors.Join(fmt.Errorf("nothing was done: %w", err), os.Remove(path))
	}
	return argyle.Secret(fresh), nil
}

// takeSecret reads a secret that was made elsewhere. White space around it is not part of it.
func takeSecret(stdin io.Reader, path string) (argyle.Secret, error) {
	source := stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return "", fmt.Errorf("nothing was done: %w", err)
		}
		defer file.Close() //nolint:errcheck // only read
		source = file
	}
	content, err := io.ReadAll(io.LimitReader(source, maxSecret+64))
	if err != nil {
		return "", fmt.Errorf("nothing was done: reading the secret: %w", err)
	}
	fresh := strings.TrimSpace(string(content))
	switch {
	case len(fresh) < minSecret || len(fresh) > maxSecret:
		return "", fmt.Errorf("nothing was done: the secret has %d bytes, want %d to %d", len(fresh), minSecret, maxSecret)
	case strings.ContainsFunc(fresh, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "", errors.New("nothing was done: a secret is printable ASCII without spaces")
	case fresh[0] == '{':
		return "", errors.New("nothing was done: a secret cannot begin with a brace")
	}
	return argyle.Secret(fresh), nil
}
