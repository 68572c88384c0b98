// Command site is an app that tells what its commit says, and which of its starts answers.
package main

import (
	"crypto/rand"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	text, err := os.ReadFile("/text")
	if err != nil {
		log.Fatal(err)
	}

	answer := fmt.Sprintf("%s by %s\n", strings.TrimSpace(string(text)), rand.Text())
	server := &http.Server{Addr: ":3000", ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, answer)
	})}
	log.Fatal(server.ListenAndServe())
}
