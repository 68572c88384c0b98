// Package architecture holds no code, only the tests that keep the house in order: who may import whom, how large a room may grow, and
// that every package says what it is for.
package architecture
