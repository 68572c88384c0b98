package api

import (
	"time"

	"github.com/google/uuid"
)

// Leak is something that is there although no row needs it.
type Leak struct {
	ID          uuid.UUID  `json:"id"`
	Kind        string     `enum:"vm,address,image,snapshot" json:"kind"`
	NodeID      *uuid.UUID `doc:"The node on which it is; absent for what workers found in the registry and among the rows." json:"node_id,omitempty"`
	NodeName    string     `json:"node_name,omitempty"`
	Name        string     `doc:"Id of the VM, address, reference of the image, or key of the snapshot." json:"name"`
	Detail      string     `doc:"A sentence: what is left of it, or what keeps it."        json:"detail"`
	FirstSeenAt time.Time  `json:"first_seen_at"`
	LastSeenAt  time.Time  `json:"last_seen_at"`
	LookedAt    *time.Time `doc:"When that place was last looked through for the kind."    json:"looked_at,omitempty"`
}

// LeakSummary says how well one kind was looked for.
type LeakSummary struct {
	Kind     string     `enum:"vm,address,image,snapshot" json:"kind"`
	LookedAt *time.Time `doc:"The look that is longest ago, of all places that ever looked; absent: none did." json:"looked_at,omitempty"`
	Places   int        `doc:"How many places there are to look: the nodes, and the platform itself." json:"places"`
	Untold   int        `doc:"Of these, how many do not tell: list-leak-looks says which, and why." json:"untold"`
}

// LeaksOutput is a page of leaks, with how well was looked for them.
type LeaksOutput struct {
	Body LeakPage
}

// LeakPage is a page of leaks, with how well was looked for them.
type LeakPage struct {
	Page[Leak]

	Kinds []LeakSummary `json:"kinds" nullable:"false"`
}

// LeakPlace is a place where is looked for leaks: a node, or the platform's registry and rows.
type LeakPlace struct {
	NodeID   *uuid.UUID `doc:"Absent: the platform itself, where workers look."                       json:"node_id,omitempty"`
	NodeName string     `json:"node_name,omitempty"`
	InTouch  bool       `doc:"Whether the node is in touch; of one that is not nobody knows what it has now." json:"in_touch"`
	Looks    []LeakLook `json:"looks"                                                                 nullable:"false"`
}

// LeakLook is when one kind was last looked for in one place.
type LeakLook struct {
	Kind     string     `enum:"vm,address,image,snapshot" json:"kind"`
	LookedAt *time.Time `doc:"When it was last looked through; absent: never." json:"looked_at,omitempty"`
	Found    int        `doc:"How many it found, those among them that are about to be removed." json:"found"`
	Problem  string     `doc:"Why nobody could look, as a sentence; absent where somebody could." json:"problem,omitempty"`
}
