// Command probe runs inside a build and prints which addresses it can connect to. Without an address it never ends.
package main

import (
	"fmt"
	"net"
	"os"
	"time"
)

func main() {
	if len(os.Args) == 1 {
		// An empty select would end the program: the runtime takes it for a deadlock.
		for {
			time.Sleep(time.Hour)
		}
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
