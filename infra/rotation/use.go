package rotation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// Quiet is how long nothing may have been signed with an older secret before it can be retired.
const Quiet = 24 * time.Hour

// ErrNotMeasured says that there are no metrics on the local stack.
var ErrNotMeasured = errors.New("not measured on the local stack")

// The front door's metrics of accepted deliveries. secret has a value for each that an older secret signed, and none for the newest.
const (
	metricAccepted = "accepted"
	metricOlder    = "secret"
)

// Use is how many deliveries were accepted of late.
type Use struct {
	// Accepted are all of them, Older those that an older secret signed.
	Accepted, Older int
}

// Use asks CloudWatch how many deliveries were accepted, and how many of them an older secret signed, in the time over before now; it may begin up to an
// hour earlier. A count that CloudWatch does not give in full is an error: taken for none, it would have a secret retired that is in use.
// On the local stack the error is [ErrNotMeasured].
func (r *Rotation) Use(ctx context.Context, now time.Time, over time.Duration) (Use, error) {
	if r.metrics == nil {
		return Use{}, ErrNotMeasured
	}
	query := func(metric string) types.MetricDataQuery {
		return types.MetricDataQuery{Id: aws.String(metric), MetricStat: &types.MetricStat{
			Metric: &types.Metric{Namespace: &r.stack.Name, MetricName: aws.String(metric)},
			Period: aws.Int32(int32(time.Hour / time.Second)), Stat: aws.String("SampleCount"),
		}}
	}
	pages := cloudwatch.NewGetMetricDataPaginator(r.metrics, &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(now.Add(-over).Truncate(time.Hour)), EndTime: &now,
		MetricDataQueries: []types.MetricDataQuery{query(metricAccepted), query(metricOlder)},
	})
	counts, status := map[string]float64{}, map[string]types.StatusCode{}
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return Use{}, fmt.Errorf("asking CloudWatch which secrets are in use: %w", err)
		}
		for _, result := range page.MetricDataResults {
			metric := aws.ToString(result.Id)
			status[metric] = result.StatusCode // the last page's is that of the whole
			for _, value := range result.Values {
				counts[metric] += value
			}
		}
	}
	for _, metric := range []string{metricAccepted, metricOlder} {
		if status[metric] != types.StatusCodeComplete {
			return Use{}, fmt.Errorf("asking CloudWatch which secrets are in use: the metric %s: %s", metric, cmp.Or(status[metric], "no answer"))
		}
	}
	return Use{Accepted: int(counts[metricAccepted]), Older: int(counts[metricOlder])}, nil
}

// Unsafe says why the older secret should not be retired at the time now, nil if nothing speaks against it. The use is that of the time [Quiet] before.
func (u Use) Unsafe(live Live, now time.Time) error {
	switch {
	case u.Older > 0:
		return fmt.Errorf("the older secret signed %d deliveries in the last day: replace the subscription at Argyle that still uses it", u.Older)
	case now.Sub(live.Since) < Quiet:
		return fmt.Errorf("the secrets are as they are since %s, less than a day: a subscription with the older one may not have sent anything yet",
			live.Since.UTC().Format(time.RFC3339))
	case u.Accepted == 0:
		return errors.New("no delivery was accepted in the last day, so nothing shows that the newest secret is in use")
	}
	return nil
}
