// Package detecttest helps to test detection: it writes sources, asks detectors about them, and has the least that each framework is known by.
package detecttest
