package main

import (
	"fmt"
	"strings"
	"time"
)

// action is what a user does while something dies.
type action string

const (
	actionDeploy    action = "deploy"
	actionTwoPushes action = "two pushes"
	actionCancel    action = "cancel"
	actionRollback  action = "rollback"
	// actionLateCancel cancels a deployment whose VMs have been placed.
	actionLateCancel action = "cancel with VMs"
	// actionDrain drains a node until its VMs are elsewhere, and makes it ready again.
	actionDrain action = "drain"
	// actionRescale changes the instances of the project without a deployment, and back.
	actionRescale action = "rescale"
	// actionRestart has the instances of what is live start anew.
	actionRestart action = "restart"
	// actionSleep has what is live fall asleep, and wakes it.
	actionSleep action = "sleep and wake"
	// actionPin rolls back, which pins the project, pushes, which is held, and unpins.
	actionPin action = "pin"
	// actionLitter deploys until an image is left that nobody may roll back to.
	actionLitter action = "litter"
	// actionInspect has the repository looked at, as before a project is made of it.
	actionInspect action = "inspect"
	// actionTell has a test message sent to a channel.
	actionTell action = "tell"
)

// means is how something is disturbed.
type means string

const (
	meansKill    means = "kill"
	meansFreeze  means = "freeze"
	meansCutOff  means = "cut off"
	meansKillVM  means = "kill VM"
	meansPoint   means = "kill at"
	meansFreezer means = "freeze at"
	// meansFlush has another program flush the rules that isolate VMs.
	meansFlush means = "flush rules"
	// meansReconfigure restarts a containerd with another configuration.
	meansReconfigure means = "reconfigure containerd"
	// meansUpgrade has an agent of another version, with other settings, take over.
	meansUpgrade means = "upgrade agent"
	// The means below kill nothing. Each takes a minute or more.

	// meansLost cuts a node off in mid health check, until its VMs are placed elsewhere.
	meansLost means = "lose node"
	// meansFull drains a node while no other one has room, and then makes room.
	meansFull means = "drain full cluster"
	// meansAddresses leaves one node, then both, without a free address.
	meansAddresses means = "no addresses"
	// meansCrowd deploys many projects at once.
	meansCrowd means = "60 projects"
	// meansBuilder takes the builder away in mid build.
	meansBuilder means = "lose builder"
)

// operated are the means by which whoever operates a node changes what runs there. Its VMs run on.
func operated() []means { return []means{meansFlush, meansReconfigure, meansUpgrade} }

// rare are the means that a plan has now and then, in turn: every rareEvery-th disturbance.
func rare() []means { return []means{meansLost, meansFull, meansAddresses, meansCrowd, meansBuilder} }

// disturbance is one entry of the plan.
type disturbance struct {
	action action
	// quiet tells that the action is on the project whose users are not counted.
	quiet bool
	means means
	// target is a part, a node, or the name of a fault point; empty for a VM.
	target string
	// also is a second part that is killed right after the first; empty for none.
	also string
	// after is how long after the action's begin it happens; a fault point has its own moment.
	after time.Duration
	// lasts is how long a part stays frozen, or a node cut off.
	lasts time.Duration
	// patience is how long a user waits before the cancel.
	patience time.Duration
	// manner is which of the ways to do it this is, by their number, for means that know several.
	manner int
}

// kind groups disturbances in the report.
func (d disturbance) kind() string {
	target, _, _ := strings.Cut(d.target, "-")
	if d.also != "" {
		return "kill two"
	}

	if d.means == meansPoint || d.means == meansFreezer {
		target, _, _ = strings.Cut(d.target, ".")
	}

	return strings.TrimSpace(string(d.means) + " " + target)
}

// moves tells whether the disturbance has VMs of what is live replaced or stopped, which ends their streams with their grace.
func (d disturbance) moves() bool {
	return d.action == actionDrain || d.action == actionRescale || d.action == actionRestart || d.action == actionSleep ||
		d.means == meansLost || d.means == meansFull
}

func (d disturbance) String() string {
	switch d.means {
	case meansLost, meansFull, meansAddresses, meansCrowd, meansBuilder:
		return strings.TrimSpace(fmt.Sprintf("%s %s", d.means, d.target))
	case meansFlush, meansReconfigure, meansUpgrade:
		return fmt.Sprintf("%s on %s after %s in manner %d, %s", d.means, d.target, d.after, d.manner, d.action)
	case meansPoint, meansKillVM:
		return fmt.Sprintf("%s %s, %s", d.means, d.target, d.action)
	case meansFreezer:
		return fmt.Sprintf("%s %s for %s, %s", d.means, d.target, d.lasts, d.action)
	case meansFreeze, meansCutOff:
		return fmt.Sprintf("%s %s after %s for %s, %s", d.means, d.target, d.after, d.lasts, d.action)
	case meansKill:
		fallthrough
	default:
		return fmt.Sprintf("%s %s after %s, %s", d.means, strings.TrimSuffix(d.target+" and "+d.also, " and "), d.after, d.action)
	}
}
