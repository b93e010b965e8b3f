// Package rotation changes the signing secret of a stack without losing a delivery: it puts a new one before the one in use, so that both verify, and
// takes the old one away once nothing is signed with it.
//
// A change is made only to the version that was read, so that of two at a time one fails and nothing is lost. No error holds a secret. Start
// reading at [Rotation].
package rotation

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"argyle-webhooks/infra/deployed"
	"argyle-webhooks/shared/argyle"
	"argyle-webhooks/shared/secret"
)

// Why a change was refused.
var (
	// ErrTwoLive: there is an older secret still.
	ErrTwoLive = errors.New("two secrets are live already: retire the older one first (`argylectl secret retire`)")
	// ErrKnown: the new secret is live already.
	ErrKnown = errors.New("that secret is live already")
	// ErrOneLive: there is no older secret to retire.
	ErrOneLive = errors.New("only one secret is live: there is none to retire")
	// ErrChanged: somebody else changed the secret meanwhile. What they stored is in use, and nothing of this change is.
	ErrChanged = errors.New("the secret was changed by somebody else at the same time, and this change was not made: see `argylectl secret list`, then try again")
)

// current is the staging label of the version that the functions read.
const current = "AWSCURRENT"

// finishTime bounds what follows once a new version is stored, which is done even if the command was interrupted.
const finishTime = 20 * time.Second

// Rotation is the signing secret of one stack.
type Rotation struct {
	manager *secretsmanager.Client
	metrics *cloudwatch.Client // nil on the local stack
	stack   *deployed.Stack
}

// New returns the rotation of a stack's secret; cfg is the configuration with which its services are reached.
func New(cfg aws.Config, stack *deployed.Stack) *Rotation {
	r := &Rotation{manager: secretsmanager.NewFromConfig(cfg), stack: stack}
	if !stack.Local {
		r.metrics = cloudwatch.NewFromConfig(cfg)
	}
	return r
}

// Live are the secrets that verify deliveries.
type Live struct {
	secrets []argyle.Secret
	// Version is the id of the version that holds them, "" if there is none, and Since is when it was stored.
	Version string
	Since   time.Time
}

// Count is how many there are.
func (l Live) Count() int { return len(l.secrets) }

// Newest is the one that deliveries are to be signed with, "" if there is none.
func (l Live) Newest() argyle.Secret {
	if len(l.secrets) == 0 {
		return ""
	}
	return l.secrets[0]
}

// Live reads the secrets. A secret without a value, as a new stack has it, is none, and no error.
func (r *Rotation) Live(ctx context.Context) (Live, error) {
	out, err := r.manager.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &r.stack.SecretARN})
	if missing := (*types.ResourceNotFoundException)(nil); errors.As(err, &missing) {
		// The same error stands for a secret that is not there, which the stack's outputs would not name.
		return Live{}, nil
	}
	if err != nil {
		return Live{}, fmt.Errorf("reading the secret: %w", err)
	}
	live := Live{Version: aws.ToString(out.VersionId), Since: aws.ToTime(out.CreatedDate)}
	if live.secrets, err = secret.Parse(aws.ToString(out.SecretString)); err != nil {
		return Live{}, fmt.Errorf("%w: put it right in Secrets Manager by hand", err)
	}
	return live, nil
}

// Add makes fresh the newest secret and keeps the one in use. It returns what is live then. Its errors are [ErrTwoLive], [ErrKnown] and
// [ErrChanged], with which the fresh secret is not live, and those of Secrets Manager, with which it may be.
func (r *Rotation) Add(ctx context.Context, fresh argyle.Secret) (Live, error) {
	live, err := r.Live(ctx)
	switch {
	case err != nil:
		return Live{}, err
	case live.Count() > 1:
		return live, ErrTwoLive
	case live.Newest() == fresh:
		return live, ErrKnown
	}
	now, err := r.replace(ctx, live, append([]argyle.Secret{fresh}, live.secrets...))
	if errors.Is(err, ErrChanged) && slices.Contains(now.secrets, fresh) {
		return now, nil // it was made, the answer was lost, and another change followed it
	}
	return now, err
}

// Retire takes all but the newest of the secrets that were read into live away. It returns what is live then. Its errors are [ErrOneLive],
// [ErrChanged], also if another change came after live was read, and those of Secrets Manager. Whether an older one is in use is for the caller to
// ask, of [Rotation.Use], and only holds for the secrets in live.
func (r *Rotation) Retire(ctx context.Context, live Live) (Live, error) {
	if live.Count() < 2 {
		return live, ErrOneLive
	}
	return r.replace(ctx, live, live.secrets[:1])
}

// replace stores secrets as a new version, and makes it the current one if the version in live still is. Until then the new version has a label of its
// own, for what has none may be deleted. With [ErrChanged] it returns what the other change left. Semantics: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html.
func (r *Rotation) replace(ctx context.Context, live Live, secrets []argyle.Secret) (Live, error) {
	value, err := secret.Format(secrets)
	if err != nil {
		return Live{}, err
	}
	label := "argylectl-" + rand.Text()
	put, err := r.manager.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{
		SecretId: &r.stack.SecretARN, SecretString: &value, VersionStages: []string{label},
	})
	if err != nil {
		return Live{}, fmt.Errorf("storing the secret: %w", err)
	}
	version := aws.ToString(put.VersionId)
	// An interruption from here on would only leave the label behind, and the question open.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTime)
	defer cancel()
	made := slices.Contains(put.VersionStages, current) // as a secret's first version is by itself
	if !made {
		move := &secretsmanager.UpdateSecretVersionStageInput{SecretId: &r.stack.SecretARN, VersionStage: aws.String(current), MoveToVersionId: &version}
		if live.Version != "" {
			move.RemoveFromVersionId = &live.Version
		}
		_, err = r.manager.UpdateSecretVersionStage(ctx, move)
		made = err == nil
	}
	_, dropped := r.manager.UpdateSecretVersionStage(ctx, &secretsmanager.UpdateSecretVersionStageInput{
		SecretId: &r.stack.SecretARN, VersionStage: &label, RemoveFromVersionId: &version,
	})
	// An error proves nothing: where the answer to a first attempt was lost, the second is refused because the first made the change.
	now, unread := r.Live(ctx)
	switch {
	case unread != nil:
		return Live{}, fmt.Errorf("the secret was stored as version %s, but cannot be read back: %w", version, errors.Join(err, unread))
	case made, now.Version == version:
		return now, nil
	case now.Version != live.Version:
		return now, ErrChanged
	default:
		return Live{}, fmt.Errorf("the new version of the secret is not the current one: %w", errors.Join(err, dropped))
	}
}
