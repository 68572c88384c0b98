// Command probe runs inside a build and prints which addresses it can connect to, or writes. Without an argument it never ends.
package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

func main() {
	if len(os.Args) == 1 {
		// An empty select would end the program: the runtime takes it for a deadlock.
		for {
			time.Sleep(time.Hour)
		}
	}

	if os.Args[1] == "write" {
		write(os.Args[2], os.Args[3], os.Args[4])

		return
	}

	for _, address := range os.Args[1:] {
		connection, err := net.DialTimeout("tcp", address, time.Second)
		if err != nil {
			fmt.Println("PROBE", address, "closed")

			continue
		}

		_ = connection.Close()

		fmt.Println("PROBE", address, "open")
	}
}

// write writes so many megabytes into a folder, in the given way, and waits a while, so that somebody can see them.
func write(way, folder, megabytes string) {
	const megabyte = 1 << 20

	count, err := strconv.Atoi(megabytes)
	must(err)
	must(os.MkdirAll(folder, 0o700))

	path := filepath.Join(folder, "file")
	file, err := os.Create(path)
	must(err)

	for written := range count {
		switch {
		case way == "unnamed" && written == 0:
			must(os.Remove(path))
		case way == "files":
			must(file.Close())
			file, err = os.Create(path + strconv.Itoa(written))
			must(err)
		case way == "deep" && written < 50: //nolint:mnd // More than a path may be long, in names of a hundred bytes.
			must(os.Mkdir(fmt.Sprintf("%0100d", 0), 0o700))
			must(os.Chdir(fmt.Sprintf("%0100d", 0)))
		case way == "deep" && written == 50: //nolint:mnd // As above.
			file, err = os.Create("file")
			must(err)
		}

		_, err = file.Write(make([]byte, megabyte))
		must(err)
	}

	time.Sleep(time.Second) // Several looks of the builder.
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
