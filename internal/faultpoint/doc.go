// Package faultpoint names the moments at which a service may be made to die or to freeze, for the tests that prove that
// nothing is lost then.
//
// A production build holds none of it: without the build tag `faultpoints`, Reach is an empty function that the compiler
// leaves out, and nothing in the environment can bring it back. With the tag, a file in the folder that
// ZEITWORK_FAULT_DIR names arms a point: its name is the point's (Name), its content what is to happen, Kill or Freeze.
// The first process that reaches the point renames the file to NAME.taken-PID and does that to itself: an armed point fires
// once, and whoever armed it sees that it did.
package faultpoint

// The moments around an effect on the outside world.
const (
	// Before the effect: nothing has happened yet.
	Before = "before"
	// After the effect and before it is written down: what a crash here leaves must be found, not repeated.
	After = "after"
	// Committed: it is written down, and what follows has not begun.
	Committed = "committed"
)

// What may happen at a point.
const (
	// Kill ends the process by SIGKILL.
	Kill = "kill"
	// Freeze stops it by SIGSTOP, until somebody sends SIGCONT.
	Freeze = "freeze"
)

// FolderVariable names the folder of armed points.
const FolderVariable = "ZEITWORK_FAULT_DIR"

// Name is the name of the file that arms the moment of an effect, such as "build.after".
func Name(effect, moment string) string { return effect + "." + moment }
