// Package kata has what the node agent knows of Kata Containers: the configuration with which it runs them, and the parts that a configuration names.
package kata
