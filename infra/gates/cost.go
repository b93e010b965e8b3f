package main

import (
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"
	"text/tabwriter"

	"argyle-webhooks/infra/template"
)

// Prices of us-east-1 in dollars, on demand, without free tiers, first tier, as of 2026.
// Sources: https://aws.amazon.com/cloudwatch/pricing/, /secrets-manager/pricing/, /sqs/pricing/.
const (
	priceAlarm     = 0.10       // a standard-resolution metric alarm, a month
	priceDashboard = 3.00       // a custom dashboard, a month
	priceSecret    = 0.40       // a secret, a month
	priceRequest   = 0.40 / 1e6 // a request of a standard queue
)

// How Lambda asks an empty standard queue: by five connections at once, each of which SQS answers after its longest wait. Without a maximum
// concurrency it would go down to two. Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html and, for the 20 s, AWS's
// blog on SQS as an event source; a month is 30.4 days.
const (
	pollers           = 5
	longPoll          = 20
	monthSeconds      = 304 * 86400 / 10
	pollsPerQueue     = pollers * monthSeconds / longPoll
	pricePollsOfQueue = pollsPerQueue * priceRequest
)

// cost is a line of what a stack costs in a month without traffic.
type cost struct {
	what  string
	count int
	each  float64 // dollars
}

// idleCosts are the costs of a stack to which nothing is sent. What is paid by use and so costs nothing then: the HTTP API, the functions, the
// on-demand table and its recovery (by size), log groups and the metric filter, X-Ray, the topic, CodeDeploy, and the stack's own metrics, which
// are paid (0.30 a month each) only for the hours in which they have data. A KMS key of one's own is not the stack's.
func idleCosts(stack *template.Stack) []cost {
	polled := 0
	for _, function := range stack.OfType(typeFunction) {
		if at(function, mapping("Queue")...) != nil {
			polled++
		}
	}
	return []cost{
		{"alarms", len(stack.OfType(typeAlarm)), priceAlarm},
		{"dashboard", len(stack.OfType(typeDashboard)), priceDashboard},
		{"secret", len(stack.OfType(typeSecret)), priceSecret},
		{fmt.Sprintf("queues that Lambda polls, %d requests each", pollsPerQueue), polled, pricePollsOfQueue},
	}
}

func total(costs []cost) float64 {
	sum := 0.0
	for _, c := range costs {
		sum += float64(c.count) * c.each
	}
	return sum
}

// printCosts writes each environment's costs, and the sentence of the README.
func printCosts(out io.Writer, p *project) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "without traffic, dollars a month\tcount\teach\ttotal")
	for _, d := range p.deployments {
		if d.form != "" {
			continue
		}
		costs := idleCosts(d.Stack)
		fmt.Fprintf(table, "%s\t\t\t%.2f\n", d.name(), total(costs))
		for _, c := range costs {
			fmt.Fprintf(table, "  %s\t%d\t%.2f\t%.2f\n", c.what, c.count, c.each, float64(c.count)*c.each)
		}
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("writing the costs: %w", err)
	}
	fmt.Fprintf(out, "\nREADME: %s\n", costSentence(p))
	return nil
}

// costSentence is how the README gives the costs.
func costSentence(p *project) string {
	var each []string
	for _, d := range p.deployments {
		if d.form == "" {
			each = append(each, fmt.Sprintf("%.2f $ in %s", total(idleCosts(d.Stack)), d.environment.name))
		}
	}
	return "Without traffic a stack costs, a month: " + strings.Join(each, ", ") + "."
}

var space = regexp.MustCompile(`\s+`)

// costRule: the README's figures are those of the template.
func costRule(p *project, r *report) {
	readme, err := fs.ReadFile(p.files, "README.md")
	if err != nil {
		r.findAt("README.md", "cannot be read: %v", err)
		return
	}
	if want := costSentence(p); !strings.Contains(space.ReplaceAllString(string(readme), " "), want) {
		r.findAt("README.md", "does not say: %s", want)
	}
}
