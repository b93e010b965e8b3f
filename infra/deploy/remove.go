package main

import (
	"context"
	"fmt"
	"io"
)

// remove deletes an environment's stack and what its deployments left in S3, after a yes. Only a stack whose parameter Environment is dev goes this
// way: of the others table, queues and secret would stay behind, no longer in any stack, and that is worth doing by hand.
func (d *deployer) remove(ctx context.Context, errs io.Writer) error {
	if kind := d.env.overrides["Environment"]; kind != dev {
		return fmt.Errorf("%s is not deleted from here: its Environment is %q, and what it keeps would stay behind without a stack. "+
			"infra/RUNBOOK.md, \"Taking a stack down\", says how", d.env.stack, kind)
	}
	if err := d.sam.located(); err != nil {
		return err
	}
	if err := d.ask.confirm(ctx, fmt.Sprintf("Delete %s in %s, with its table, its messages and its secret?", d.env.stack, d.sam.region)); err != nil {
		return err
	}
	if err := d.sam.deleteStack(ctx, d.out, errs); err != nil {
		return err
	}
	fmt.Fprintf(d.out, "deploy: %s is gone. What is left is SAM's own stack, aws-sam-cli-managed-default, whose bucket serves every stack of the region "+
		"and keeps old versions of what was deployed\n", d.env.stack)
	return nil
}
