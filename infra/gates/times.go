package main

import (
	"io/fs"
	"time"
)

// times are how long parts of the functions take at most, as their code bounds them.
type times struct {
	// handler is the webhook function's budget for an answer.
	handler time.Duration
	// start and fetch bound a fetch of the signing secrets, at the start and within a delivery; startTries is two attempts in full.
	start, startTries, fetch time.Duration
	// send is a send to SQS with all attempts, call one call of DynamoDB with all attempts.
	send, call time.Duration
	// answer is what a worker keeps back from its deadline.
	answer time.Duration
	// oldest is the age up to which evidence is accepted, tombstone how long a removed account is remembered.
	oldest, tombstone time.Duration
}

// argyleTimeout is after how long Argyle is said to give a delivery up. It is not documented by Argyle; others have observed it.
const argyleTimeout = 10 * time.Second

// maxIntegration is the longest integration timeout of an HTTP API.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html.
const maxIntegration = 30 * time.Second

// readTimes reads the functions' constants.
func readTimes(files fs.FS) (times, error) {
	var t times
	for _, read := range []struct {
		file  string
		names []string
		into  *time.Duration
	}{
		{"functions/webhook/handler.go", []string{"budget"}, &t.handler},
		{"shared/secret/source.go", []string{"startTime"}, &t.start},
		{"shared/secret/source.go", []string{"fetchTime"}, &t.fetch},
		{"shared/secret/client.go", tries, &t.startTries},
		{"shared/queue/sender.go", tries, &t.send},
		{"shared/queue/worker.go", []string{"answerTime"}, &t.answer},
		{"shared/table/table.go", tries, &t.call},
		{"shared/status/evidence.go", []string{"MaxEvidenceAge"}, &t.oldest},
		{"shared/status/evidence.go", []string{"TombstoneLife"}, &t.tombstone},
	} {
		c, err := readConstants(files, read.file)
		if err != nil {
			return times{}, err
		}
		values := make([]int64, len(read.names))
		for i, name := range read.names {
			if values[i], err = c.number(name); err != nil {
				return times{}, err
			}
		}
		*read.into = time.Duration(values[0])
		if len(values) == len(tries) {
			*read.into = longest(values[0], time.Duration(values[1]), time.Duration(values[2]))
		}
	}
	return t, nil
}

// tries are the constants by which each client of a service is made.
var tries = []string{"attempts", "attemptTimeout", "maxBackoff"}

// longest is how long a call takes whose every attempt is used up, with the pauses between them.
func longest(attempts int64, attempt, pause time.Duration) time.Duration {
	return time.Duration(attempts)*attempt + time.Duration(attempts-1)*pause
}

// frontDoorTimes: each is over the next inner one, so that whatever hangs ends in our own 503 while Argyle is still there to read it.
func frontDoorTimes(d *deployment, r *report) {
	webhook := d.must(r, frontDoor)
	if webhook == nil {
		return
	}
	t := d.times
	function := seconds(number(r, webhook, "Timeout"))
	integration := time.Duration(number(r, webhook, "Events", "Delivery", "Properties", "TimeoutInMillis")) * time.Millisecond
	if t.startTries > t.start {
		r.find(webhook, "all attempts to fetch the secret at the start take %v, want at most its limit of %v", t.startTries, t.start)
	}
	if t.fetch+t.send >= t.handler {
		r.find(webhook, "fetching the secret (%v) and all attempts to send (%v) take %v, want less than the handler's budget of %v", t.fetch, t.send, t.fetch+t.send, t.handler)
	}
	if t.handler >= function {
		r.find(webhook, "Timeout is %v, want more than the handler's budget of %v", function, t.handler)
	}
	if function >= integration {
		r.find(webhook, "TimeoutInMillis is %v, want more than the function's Timeout of %v", integration, function)
	}
	if integration >= argyleTimeout || integration > maxIntegration {
		r.find(webhook, "TimeoutInMillis is %v, want less than Argyle's %v and at most API Gateway's %v", integration, argyleTimeout, maxIntegration)
	}
}

// workerTimes: a record takes a read and a write. With every attempt of both used up there must be time left to say which messages failed: a
// function that runs out of time fails all of them.
func workerTimes(d *deployment, r *report) {
	t := d.times
	for _, worker := range d.workers() {
		if function, needed := seconds(number(r, worker, "Timeout")), 2*t.call+t.answer; needed >= function {
			r.find(worker, "Timeout is %v, want more than %v: a read and a write of DynamoDB with all attempts (%v each), and %v for the answer", function, needed, t.call, t.answer)
		}
	}
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
