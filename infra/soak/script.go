package soak

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"argyle-webhooks/infra/model/journeys"
	"argyle-webhooks/shared/argyle"
)

const (
	// usersOnStage is how many users a scene is of. They are few, so that events of one account are in several workers' hands at once.
	usersOnStage = 4
	// eventsAnAccount is how many events of each account a scene has, about.
	eventsAnAccount = 4
	// removed is the event after which nothing counts any more. A user has it in one scene of removals only, or all would soon be gone.
	removed  = "accounts.removed"
	removals = 12
)

// delivery is one HTTP POST, and what it must be answered.
type delivery struct {
	body      []byte
	signature string // empty: none is sent
	path      string // where it goes instead of the webhook's path
	status    int
	reason    string
	// worker says that a worker will apply it: it is not refused, and not of an event that no family takes.
	worker bool
}

// script is an endless sequence of scenes. In each chapter every user is on stage once.
type script struct {
	random *rand.Rand
	start  time.Time
	secret argyle.Secret
	cast   []user

	chapter []user     // who has not been on stage in this one
	late    []delivery // held back from earlier scenes
}

// newScript is the script of a seed. Argyle's clocks in it are relative to start.
func newScript(start time.Time, seed uint64, accounts int, secret argyle.Secret) *script {
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // journeys that can be played again, nothing secret
	return &script{random: random, start: start.UTC().Truncate(time.Millisecond), secret: secret, cast: newCast(random, seed, accounts)}
}

// scene is the next scene's deliveries, shuffled: some of them twice, some held back until a later scene, some to be refused.
func (s *script) scene() []delivery {
	var told []delivery
	for range usersOnStage {
		u := s.next()
		for range len(u.accounts) * eventsAnAccount {
			told = append(told, s.event(u)...)
		}
	}
	scene := s.release()
	for _, d := range told {
		for again := true; again; again = s.oneIn(6) {
			if s.oneIn(12) {
				s.late = append(s.late, d)
			} else {
				scene = append(scene, d)
			}
		}
		if s.oneIn(25) {
			scene = append(scene, s.refusal(d))
		}
	}
	s.random.Shuffle(len(scene), func(i, j int) { scene[i], scene[j] = scene[j], scene[i] })
	return scene
}

// next is the next user on stage.
func (s *script) next() user {
	if len(s.chapter) == 0 {
		s.chapter = slices.Clone(s.cast)
		s.random.Shuffle(len(s.chapter), func(i, j int) { s.chapter[i], s.chapter[j] = s.chapter[j], s.chapter[i] })
	}
	u := s.chapter[0]
	s.chapter = s.chapter[1:]
	return u
}

// release takes some of the deliveries held back.
func (s *script) release() []delivery {
	var released, held []delivery
	for _, d := range s.late {
		if s.oneIn(10) {
			released = append(released, d)
		} else {
			held = append(held, d)
		}
	}
	s.late = held
	return released
}

// event draws an event of a user, and a delivery of it for each of the user's subscriptions.
func (s *script) event(u user) []delivery {
	names := argyle.Events()
	if !s.oneIn(removals) {
		names = slices.DeleteFunc(names, func(name string) bool { return name == removed })
	}
	// The drawer's clocks are about two hours before its now.
	now := s.start.Add(2 * time.Hour).Add(pick(s, 0, 0, 10*time.Second, 30*time.Second, -24*time.Hour))
	drawn := journeys.World{Now: now, Users: []string{u.id}, Accounts: u.accounts, Events: names}.Delivery(s.random)

	var envelope map[string]any
	numbers := json.NewDecoder(bytes.NewReader(drawn.Body))
	numbers.UseNumber()
	if err := numbers.Decode(&envelope); err != nil {
		panic(fmt.Sprintf("a drawn body is no JSON object: %v", err))
	}
	name, _ := envelope["event"].(string)
	if s.oneIn(60) {
		envelope["event"] = "accounts.frozen"
	}
	_, known := argyle.Family(fmt.Sprint(envelope["event"]))
	var all []delivery
	for _, subscription := range u.subscriptions {
		one := maps.Clone(envelope)
		one["name"] = subscription.name
		// Of other events the resource is no matter of the subscription.
		if data, _ := envelope["data"].(map[string]any); strings.HasPrefix(name, argyle.FamilyAccounts+".") && !subscription.resource {
			data = maps.Clone(data)
			delete(data, "resource")
			one["data"] = data
		}
		body := encode(one)
		all = append(all, delivery{
			body: body, signature: argyle.Sign(body, s.secret),
			status: http.StatusAccepted, reason: "accepted", worker: known,
		})
	}
	return all
}

// oneIn is true once in n times.
func (s *script) oneIn(n int) bool { return s.random.IntN(n) == 0 }

func pick[T any](s *script, of ...T) T { return of[s.random.IntN(len(of))] }

// encode is a body in the form that Argyle signs: two spaces, no newline at the end.
func encode(envelope any) []byte {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(envelope); err != nil {
		panic(err) // what was decoded can be encoded
	}
	return bytes.TrimSuffix(body.Bytes(), []byte("\n"))
}
