// Command tool is what the Dockerfiles of the tests run: it needs no shell and no base image.
package main

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	argument := ""
	if len(os.Args) > 2 {
		argument = os.Args[2]
	}

	switch os.Args[1] {
	case "print":
		fmt.Println(argument)
	case "warn":
		fmt.Fprintln(os.Stderr, argument)
	case "exit":
		code, _ := strconv.Atoi(argument)
		os.Exit(code)
	case "fail":
		fmt.Fprintln(os.Stderr, argument)
		os.Exit(1)
	case "random":
		fmt.Println(time.Now().UnixNano())
	case "hash":
		fmt.Printf("%x\n", sha256.Sum256([]byte(os.Getenv(argument))))
	case "long":
		length, _ := strconv.Atoi(argument)
		fmt.Println(strings.Repeat("x", length))
	case "sleep":
		duration, _ := time.ParseDuration(argument)
		time.Sleep(duration)
	case "allocate":
		length, _ := strconv.Atoi(argument)
		data := make([]byte, length)

		for i := 0; i < length; i += 4096 {
			data[i] = 1
		}

		fmt.Println(len(data))
	case "write":
		length, _ := strconv.Atoi(argument)

		file, err := os.Create("/written")
		for i := 0; err == nil && i < length; i += 1 << 20 {
			_, err = file.Write(make([]byte, 1<<20))
		}

		fmt.Println(err)
		time.Sleep(time.Second) // A builder looks several times meanwhile.
	case "get":
		client := http.Client{Timeout: 3 * time.Second}

		response, err := client.Get(argument)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}

		fmt.Println(response.Status)
	}
}
