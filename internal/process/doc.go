// Package process starts daemons as child processes under one data directory and watches them.
//
// No child outlives the process that started it, however that ends. A start ends first what an earlier run left behind, so a
// data directory is used by one process of Zeitwork at a time: Home.Lock holds it.
package process
