// Command probe runs inside a build and says which addresses it can connect to.
package main

import (
	"fmt"
	"net"
	"os"
	"time"
)

func main() {
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
