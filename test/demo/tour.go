package main

import (
	"math/rand/v2"
	"net/http"
)

// Paths of the shop that do not answer with its page; apps/shop/server.js has the same.
const (
	pathFailing = "/checkout/legacy"
	pathMissing = "/products/retired"
)

// choosePath returns what a visitor of the shop asks for, and how that ends.
func choosePath(random *rand.Rand, failed float64) (path string, status int) {
	switch luck := random.Float64(); {
	case luck < failed:
		return pathFailing, http.StatusInternalServerError
	case luck < failed+missing:
		return pathMissing, http.StatusNotFound
	}

	paths := []string{
		"/", "/", "/", "/products", "/products", "/products/teapot", "/products/kettle", "/products/cup", "/search", "/search", "/basket", "/basket", "/checkout",
		"/account", "/pictures/teapot.webp", "/pictures/kettle.webp",
	}

	return paths[random.IntN(len(paths))], http.StatusOK
}
