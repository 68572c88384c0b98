package npmscript

import (
	"maps"
	"slices"
)

// Run is what a script runs.
type Run struct {
	// Commands are all programs, in their order.
	Commands []Command
	// Ends are those that the script ends in: the last of a chain, or all that run beside each other. What starts a server is among them.
	Ends []Command
	// Through are the programs that only start others, such as package managers and cross-env. They are sorted.
	Through []string
	// EnvFiles are the files with variables without which a command would not start, as the command names them.
	EnvFiles []string
}

// then is one run after another.
func (r Run) then(next Run) Run {
	both := r.with(next)
	if len(next.Ends) > 0 {
		both.Ends = next.Ends
	} else {
		both.Ends = r.Ends
	}

	return both
}

// beside is two runs at once.
func (r Run) beside(other Run) Run {
	both := r.with(other)
	both.Ends = slices.Concat(r.Ends, other.Ends)

	return both
}

// with has all of both but what they end in.
func (r Run) with(other Run) Run {
	through := slices.Concat(r.Through, other.Through)
	slices.Sort(through)

	return Run{
		Commands: slices.Concat(r.Commands, other.Commands), Through: slices.Compact(through),
		EnvFiles: slices.Concat(r.EnvFiles, other.EnvFiles),
	}
}

// only is the run of one command.
func only(command Command) Run {
	run := Run{Commands: []Command{command}, Ends: []Command{command}}

	if file, ok := command.Option("--env-file"); ok && slices.Contains([]string{"node", "tsx", "nodemon"}, command.Program()) {
		run.EnvFiles = []string{file}
	}

	return run
}

// Find returns the last command that a condition holds for; false where there is none.
func (r Run) Find(is func(Command) bool) (Command, bool) {
	for _, command := range slices.Backward(r.Commands) {
		if is(command) {
			return command, true
		}
	}

	return Command{}, false
}

// fileServers are programs that serve the files of a directory as they are.
var fileServers = []string{"live-server", "browser-sync", "lite-server", "http-server", "serve", "five-server", "superstatic", "servor", "reload"}

// ServesFiles tells whether a run ends in nothing but what serves files as they are.
func (r Run) ServesFiles() bool {
	for _, command := range r.Ends {
		if !slices.Contains(fileServers, command.Program()) {
			return false
		}
	}

	return len(r.Ends) > 0
}

// place is where a command runs, and what stands around it.
type place struct {
	directory   string
	environment map[string]string
}

func (p *place) clone() *place {
	return &place{directory: p.directory, environment: maps.Clone(p.environment)}
}

func (p *place) set(name, value string) {
	if p.environment == nil {
		p.environment = map[string]string{}
	}

	p.environment[name] = value
}
