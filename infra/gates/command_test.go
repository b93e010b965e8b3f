package main

import (
	"fmt"
	"io/fs"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestCommandsExist takes every argylectl command that an alarm or the runbook tells to run, and asks the program for it and its flags.
func TestCommandsExist(t *testing.T) {
	t.Parallel()
	source, err := fs.ReadFile(repository(), runbook)
	if err != nil {
		t.Fatal(err)
	}
	p, err := load(repository())
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]string{runbook: string(source)}
	for _, d := range p.deployments {
		for _, alarm := range d.OfType(typeAlarm) {
			told[alarm.LogicalID] = text(alarm, "AlarmDescription")
		}
	}
	tool := argylectl(filepath.Join(t.TempDir(), "argylectl"))
	if output, err := exec.Command("go", "build", "-buildvcs=false", "-o", string(tool), "argyle-webhooks/infra/argylectl").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	for where, body := range told {
		for _, command := range commandsIn(body) {
			if err := tool.has(command); err != nil {
				t.Errorf("%s tells to run argylectl %s: %v", where, strings.Join(command.words, " "), err)
			}
			if where != runbook && !slices.Contains(command.flags, "--stack") {
				t.Errorf("%s tells to run argylectl %s without --stack: its reader has many", where, strings.Join(command.words, " "))
			}
		}
	}
}

// command is an invocation of argylectl: its words, of which the first ones name a command, and its flags.
type command struct{ words, flags []string }

var (
	invocation = regexp.MustCompile("argylectl((?: [a-z][a-z-]*)+)([^`\n;)]*)")
	flag       = regexp.MustCompile(` (--[a-z][a-z-]*)`)
)

// commandsIn finds commands in the runbook's code and in an alarm's description.
func commandsIn(body string) []command {
	var found []command
	for _, match := range invocation.FindAllStringSubmatch(body, -1) {
		c := command{words: strings.Fields(match[1])}
		for _, f := range flag.FindAllStringSubmatch(match[2], -1) {
			c.flags = append(c.flags, f[1])
		}
		found = append(found, c)
	}
	return found
}

// argylectl is the program's path.
type argylectl string

// has is nil if the program has the command and its flags.
func (tool argylectl) has(c command) error {
	var path []string
	for {
		output, err := exec.Command(string(tool), append(slices.Clone(path), "--help")...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%w: %s", err, output)
		}
		help := string(output)
		below := subcommands(help)
		if len(below) == 0 || len(c.words) == len(path) {
			for _, f := range c.flags {
				if !regexp.MustCompile(`(?m)^ +(?:-\w, )?` + f + `\b`).MatchString(help) {
					return fmt.Errorf("it has no flag %s", f)
				}
			}
			return nil
		}
		next := c.words[len(path)]
		if !slices.Contains(below, next) {
			return fmt.Errorf("there is no %s, only %s", next, strings.Join(below, ", "))
		}
		path = append(path, next)
	}
}

// subcommands reads a help text.
func subcommands(help string) []string {
	_, list, _ := strings.Cut(help, "Available Commands:\n")
	var names []string
	for line := range strings.Lines(list) {
		if !strings.HasPrefix(line, "  ") {
			break
		}
		names = append(names, strings.Fields(line)[0])
	}
	return names
}
