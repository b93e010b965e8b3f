package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"argyle-webhooks/infra/deployed"
)

// Where things are, from the repository's root, in which make runs this.
const (
	configFile     = "samconfig.toml"
	builtTemplate  = ".aws-sam/build/template.yaml"
	parametersFile = ".build/deploy.yaml"
	samLog         = ".build/sam-deploy.log"
)

// dev is the one value of the template's parameter Environment whose stack may go and leave nothing.
const dev = "dev"

// deployer deploys one environment, or deletes it.
type deployer struct {
	env     environment
	sam     samCLI
	stacks  *cloudformation.Client
	secrets *secretsmanager.Client
	smoke   *smoke
	ask     asker
	out     io.Writer
	// every is the time between two looks at what CloudFormation does.
	every time.Duration
}

// deploy deploys what is built: it has the changes computed and shown, stops where they would lose what is kept and allowed does not name, asks if
// the environment wants that, has them made, and asks the front door whether it works. The error is for the person who deploys.
func (d *deployer) deploy(ctx context.Context, c computed, allowed []string) error {
	if err := d.sam.located(); err != nil {
		return err
	}
	parameters, err := c.parameters(builtTemplate, d.env)
	if err != nil {
		return err
	}
	if c.retryOf, err = d.rolledBack(ctx); err != nil {
		return err
	}
	if c.retryOf != "" {
		if parameters, err = c.parameters(builtTemplate, d.env); err != nil {
			return err
		}
	}
	protected := parameters["Environment"] != dev
	if protected && strings.HasSuffix(c.version, "-dirty") {
		fmt.Fprintf(d.out, "deploy: WARNING: %s has changes that are in no commit: nobody will be able to build it again\n", c.version)
	}
	if protected && parameters["AlarmEmail"] == "" && parameters["AlarmTopicArn"] == "" {
		fmt.Fprintln(d.out, "deploy: WARNING: nobody hears the alarms: set AlarmEmail or AlarmTopicArn in samconfig.toml")
	}
	if err := writeParameters(parametersFile, parameters); err != nil {
		return err
	}
	fmt.Fprintf(d.out, "deploy: uploading %s, release %.12s, and computing the changes of %s in %s\n", c.version, parameters["Release"], d.env.stack, d.sam.region)
	id, err := d.sam.createChangeSet(ctx, samLog)
	if err != nil {
		return err
	}
	if id == "" {
		fmt.Fprintln(d.out, "deploy: nothing changes")
	} else if err := d.change(ctx, id, allowed); err != nil {
		return err
	}
	if protected {
		if _, err := d.stacks.UpdateTerminationProtection(ctx, &cloudformation.UpdateTerminationProtectionInput{
			StackName: &d.env.stack, EnableTerminationProtection: aws.Bool(true),
		}); err != nil {
			return fmt.Errorf("deployed, but the stack could not be protected from deletion: %w", err)
		}
	}
	return d.check(ctx)
}

// rolledBack is when the last deployment began, if it was rolled back; "" if it was not, or there is no stack yet.
func (d *deployer) rolledBack(ctx context.Context) (string, error) {
	if _, err := d.stacks.Options().Credentials.Retrieve(ctx); err != nil {
		return "", fmt.Errorf("no AWS credentials: set AWS_PROFILE (see `aws sso login`) or AWS_ACCESS_KEY_ID: %s", oneLine(err.Error()))
	}
	described, err := d.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &d.env.stack})
	if deployed.NoStack(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("asking CloudFormation for the stack %s: %w", d.env.stack, err)
	}
	for _, found := range described.Stacks {
		if found.StackStatus == types.StackStatusUpdateRollbackComplete {
			return aws.ToTime(found.LastUpdatedTime).UTC().Format(time.RFC3339Nano), nil
		}
	}
	return "", nil
}

// change shows a change set and has it made. One that is not made is deleted.
func (d *deployer) change(ctx context.Context, id string, allowed []string) error {
	set, err := describe(ctx, d.stacks, id)
	if err == nil {
		fmt.Fprintf(d.out, "deploy: changes of %s:\n", d.env.stack)
		show(d.out, set.changes)
		if lost := losses(set.changes, allowed); len(lost) > 0 {
			err = refusal(lost, allowed)
		} else if d.env.confirm {
			err = d.ask.confirm(ctx, "Make these changes?")
		}
	}
	if err != nil {
		return d.discard(ctx, id, err)
	}
	execution := &execution{client: d.stacks, stackID: set.stackID, out: d.out, every: d.every}
	return execution.run(ctx, id)
}

// discard deletes a change set that is not made, even when ctx has ended, and returns why it is not made.
func (d *deployer) discard(ctx context.Context, id string, why error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	if _, err := d.stacks.DeleteChangeSet(ctx, &cloudformation.DeleteChangeSetInput{ChangeSetName: &id}); err != nil {
		return fmt.Errorf("%w; the change set %s is left behind: %w", why, id, err)
	}
	return why
}

// check asks the front door whether it works.
func (d *deployer) check(ctx context.Context) error {
	outputs, err := d.outputs(ctx)
	if err != nil {
		return err
	}
	url := outputs["WebhookUrl"]
	d.smoke.target = outputs["DomainTarget"]
	if d.smoke.noSecretYet, err = d.noSecretYet(ctx, outputs["SecretArn"]); err != nil {
		return err
	}
	fmt.Fprintf(d.out, "deploy: sending an unsigned delivery to %s\n", url)
	err = d.smoke.check(ctx, url)
	if d.smoke.viaTarget.Load() {
		fmt.Fprintf(d.out, "deploy: that name does not resolve yet; point its DNS record at %s, which was asked instead\n", d.smoke.target)
	}
	switch {
	case err == nil:
		fmt.Fprintf(d.out, "deploy: refused as it must be (401): %s works\n", d.env.stack)
		return nil
	case errors.Is(err, errNoSecret) && d.smoke.noSecretYet:
		fmt.Fprintf(d.out, "deploy: the front door runs, and answers 503 as long as there is no signing secret. Make the first one:\n"+
			"  .bin/argylectl secret rotate --stack %s --reason 'first secret' --out secret.txt\n", d.env.stack)
		return nil
	case errors.Is(err, errNoSecret):
		return fmt.Errorf("%w, though it has a value: the webhook function's log says why (its form, the role, or the key)", errNoSecret)
	}
	return fmt.Errorf("deployed, but %s does not work: %w", url, err)
}

// noSecretYet is whether the secret has no value yet, as after a first deployment.
func (d *deployer) noSecretYet(ctx context.Context, arn string) (bool, error) {
	secret, err := d.secrets.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &arn})
	if err != nil {
		return false, fmt.Errorf("deployed, but whether there is a signing secret cannot be seen, and the front door was not asked: %w", err)
	}
	return len(secret.VersionIdsToStages) == 0, nil
}

// outputs are the stack's.
func (d *deployer) outputs(ctx context.Context) (map[string]string, error) {
	described, err := d.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &d.env.stack})
	if err != nil {
		return nil, fmt.Errorf("reading the outputs of %s: %w", d.env.stack, err)
	}
	outputs := map[string]string{}
	for _, found := range described.Stacks {
		for _, output := range found.Outputs {
			outputs[aws.ToString(output.OutputKey)] = aws.ToString(output.OutputValue)
		}
	}
	return outputs, nil
}
