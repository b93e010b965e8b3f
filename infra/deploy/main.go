// Command deploy brings what `make build` built to AWS, and takes a trial down again; `make deploy` and `make delete` run it.
//
//	deploy -sam .venv/bin/sam -env dev -arch arm64 -version v1.2.3 [-rollout all-at-once] [-allow-loss "StatusTable"] [-yes]
//	deploy -sam .venv/bin/sam -env dev -delete [-yes]
//
// SAM CLI uploads the build and has CloudFormation compute the changes; everything after that is done here, since SAM CLI would make any change, a
// new and empty status table included, and would call done what does not answer. The steps are [deployer.deploy], where to start reading.
//
// Exit codes: 0 deployed and working, or deleted; 1 not, and the line on standard error says what to do; 2 wrong usage.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

const (
	exitNo    = 1
	exitUsage = 2
)

// run is main with its ends in the caller's hand. It returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("deploy", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var c computed
	flags.StringVar(&c.architecture, "arch", "", "processor that the functions were built for: arm64 or x86_64")
	flags.StringVar(&c.version, "version", "", "what is deployed, as git describes it")
	flags.StringVar(&c.rollout, "rollout", "", "override the environment's Rollout: canary or all-at-once")
	name := flags.String("env", "", "environment of "+configFile)
	sam := flags.String("sam", "sam", "SAM CLI")
	allowed := flags.String("allow-loss", "", "logical ids, separated by spaces, of what may be replaced or removed")
	yes := flags.Bool("yes", false, "answer every question with yes")
	remove := flags.Bool("delete", false, "delete the environment's stack")
	if err := flags.Parse(args); err != nil {
		return exitUsage
	}
	if *name == "" || flags.NArg() > 0 || !*remove && (c.architecture == "" || c.version == "") {
		fmt.Fprintln(stderr, "usage: deploy -env NAME -arch ARCH -version VERSION, or deploy -env NAME -delete")
		flags.PrintDefaults()
		return exitUsage
	}
	env, err := loadEnvironment(configFile, *name)
	if err != nil {
		fmt.Fprintln(stderr, "deploy:", err)
		return exitUsage
	}
	d, err := newDeployer(ctx, env, *sam, asker{in: stdin, out: stdout, yes: *yes}, stdout)
	if err == nil && *remove {
		err = d.remove(ctx, stderr)
	} else if err == nil {
		err = d.deploy(ctx, c, strings.Fields(*allowed))
	}
	if err != nil {
		fmt.Fprintln(stderr, "deploy:", err)
		return exitNo
	}
	return 0
}

// newDeployer wires a deployer to AWS as the caller's environment describes it.
func newDeployer(ctx context.Context, env environment, sam string, ask asker, out io.Writer) (*deployer, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the AWS configuration: %w", err)
	}
	return &deployer{
		env:     env,
		sam:     samCLI{path: sam, environment: env.name, region: cfg.Region},
		stacks:  cloudformation.NewFromConfig(cfg),
		secrets: secretsmanager.NewFromConfig(cfg),
		smoke:   &smoke{patience: 30 * time.Second, every: 2 * time.Second, dial: (&net.Dialer{Timeout: 5 * time.Second}).DialContext},
		ask:     ask,
		out:     out,
		every:   5 * time.Second,
	}, nil
}
