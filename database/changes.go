package database

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

const (
	// rememberedChanges is how many changes of all organisations a process remembers for those who come back.
	rememberedChanges = 10_000
	// forgottenAtOnce is how many it forgets where there are more.
	forgottenAtOnce = 5_000
)

// ChangeKinds returns the kinds of what a page may show, by the names that the triggers of the migrations give them.
func ChangeKinds() []string {
	return []string{
		"audit", "deployments", "domains", "environments", "events", "github", "instances", "invitations", "members", "notifications", "organisation", "project",
		"quotas", "tokens", "variables",
	}
}

// Changes gathers the kinds of what has changed in an organisation, or in one project and what its organisation has as a whole.
type Changes struct {
	project uuid.UUID
	wake    chan struct{}

	mutex sync.Mutex
	kinds map[string]struct{}
}

// FollowChanges gathers the kinds of what has changed since then and of what changes from now on. It gathers all kinds where the process does not remember all
// changes since then, which is always so for the zero time, and after every reconnect, since something may have been missed. The zero project stands for all of
// the organisation. The caller must call cancel when done.
func (l *Listener) FollowChanges(organisation, project uuid.UUID, since time.Time) (changes *Changes, cancel func()) {
	changes = &Changes{project: project, wake: make(chan struct{}, 1), kinds: map[string]struct{}{}}

	return changes, l.changes.add(organisation, changes, since)
}

// ChangesHeardUntil returns the time until which FollowChanges has gathered all changes, but for those on their way: now, or the zero time while
// the listener is not connected. It must be asked for before Take.
func (l *Listener) ChangesHeardUntil() time.Time { return l.changes.heardUntil() }

// Wake returns the channel that gets a value when there is something to take.
func (c *Changes) Wake() <-chan struct{} { return c.wake }

// Take returns the kinds that have been gathered since it was called last, in alphabetical order.
func (c *Changes) Take() []string {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	kinds := make([]string, 0, len(c.kinds))
	for kind := range c.kinds {
		kinds = append(kinds, kind)
	}

	clear(c.kinds)
	slices.Sort(kinds)

	return kinds
}

func (c *Changes) add(kinds ...string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	c.gather(kinds...)

	select {
	case c.wake <- struct{}{}:
	default: // A value is waiting already.
	}
}

// gather keeps kinds without waking the reader. The mutex is held, or nobody else has the changes yet.
func (c *Changes) gather(kinds ...string) {
	for _, kind := range kinds {
		c.kinds[kind] = struct{}{}
	}
}

// change is what a notification tells. Without an organisation it concerns all, without a project all of the organisation.
type change struct {
	at                    time.Time
	organisation, project uuid.UUID
	kind                  string
}

func (c change) concerns(organisation, project uuid.UUID) bool {
	if c.organisation != organisation {
		return c.organisation == uuid.Nil
	}

	return c.project == uuid.Nil || project == uuid.Nil || c.project == project
}

// changeBoard has those that gather changes, by their organisations, and remembers the last changes.
type changeBoard struct {
	mutex     sync.Mutex
	followers map[uuid.UUID]map[*Changes]struct{}
	// recent are the last changes in their order: all since the time complete, which is zero while there is no connection.
	recent   []change
	complete time.Time
}

func newChangeBoard() *changeBoard {
	return &changeBoard{followers: map[uuid.UUID]map[*Changes]struct{}{}}
}

func (b *changeBoard) add(organisation uuid.UUID, changes *Changes, since time.Time) (remove func()) {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	changes.gather(b.since(organisation, changes.project, since)...)

	if b.followers[organisation] == nil {
		b.followers[organisation] = map[*Changes]struct{}{}
	}

	b.followers[organisation][changes] = struct{}{}

	return func() {
		b.mutex.Lock()
		defer b.mutex.Unlock()

		delete(b.followers[organisation], changes)

		if len(b.followers[organisation]) == 0 {
			delete(b.followers, organisation)
		}
	}
}

// since returns the kinds of what has changed since then, and all kinds where not all of that is remembered. The mutex is held.
func (b *changeBoard) since(organisation, project uuid.UUID, then time.Time) []string {
	if b.complete.IsZero() || then.Before(b.complete) {
		return ChangeKinds()
	}

	var kinds []string

	for _, each := range slices.Backward(b.recent) {
		if each.at.Before(then) {
			break
		}

		if each.concerns(organisation, project) {
			kinds = append(kinds, each.kind)
		}
	}

	return kinds
}

// remember keeps a change. Of too many it forgets the older ones. The mutex is held.
func (b *changeBoard) remember(told change) {
	b.recent = append(b.recent, told)

	if len(b.recent) > rememberedChanges {
		b.complete = b.recent[forgottenAtOnce-1].at.Add(1)
		b.recent = slices.Delete(b.recent, 0, forgottenAtOnce)
	}
}

// tell passes a notification on to those that it concerns: "ORGANISATION PROJECT KIND".
func (b *changeBoard) tell(payload string) {
	const fields = 3

	parts := strings.Split(payload, " ")
	if len(parts) != fields {
		return
	}

	b.mutex.Lock()
	defer b.mutex.Unlock()

	told := change{at: time.Now(), organisation: uuidOf(parts[0]), project: uuidOf(parts[1]), kind: parts[2]}
	b.remember(told)

	if told.organisation == uuid.Nil {
		b.tellEach(told.kind)

		return
	}

	for changes := range b.followers[told.organisation] {
		if told.concerns(told.organisation, changes.project) {
			changes.add(told.kind)
		}
	}
}

// lose is for when changes are not heard of any more: nothing is known of what changes from now on.
func (b *changeBoard) lose() {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	b.recent, b.complete = nil, time.Time{}
}

func (b *changeBoard) heardUntil() time.Time {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	if b.complete.IsZero() {
		return time.Time{}
	}

	return time.Now()
}

// tellAll is for when changes are heard of again, of which some may have been missed: all followers are told all kinds.
func (b *changeBoard) tellAll() {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	b.recent, b.complete = nil, time.Now()
	b.tellEach(ChangeKinds()...)
}

// tellEach tells all followers. The mutex is held.
func (b *changeBoard) tellEach(kinds ...string) {
	for _, followers := range b.followers {
		for changes := range followers {
			changes.add(kinds...)
		}
	}
}

// uuidOf returns the zero id for a text that is none.
func uuidOf(text string) uuid.UUID {
	parsed, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil
	}

	return parsed
}
