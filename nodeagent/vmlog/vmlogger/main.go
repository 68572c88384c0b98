// Command vmlogger is the log process of a VM as a program of its own. A node runs one for each VM: the zeitwork binary, which can do the same, takes ten
// times the memory and six times the time to start, because all of its packages are initialised first.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/zeitwork/zeitwork/nodeagent/vmlog"
)

// gcPercent keeps the heap of a process small that has hardly anything in it.
const gcPercent = 25

func main() {
	const arguments = 3

	if len(os.Args) != arguments || os.Args[1] != vmlog.Command {
		fmt.Fprintln(os.Stderr, "vmlogger is started by containerd's shim, as the log process of a VM.")
		os.Exit(1)
	}

	// Who looks whether the program can run at all names no folder.
	if os.Args[2] == "" {
		return
	}

	runtime.GOMAXPROCS(1)
	debug.SetGCPercent(gcPercent)
	vmlog.Run(os.Args[2])
}
