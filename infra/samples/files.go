package samples

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Dir is the folder of the generated events, seen from the repository's root.
const Dir = "events"

// Files is what [Dir] has to hold, by path below it: webhook/<stem>.json, queue/<stem>.json and env.json.
func Files(root string) (map[string][]byte, error) {
	bodies, err := Bodies(root)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, body := range bodies {
		if files["webhook/"+body.Stem+".json"], err = Webhook(body); err != nil {
			return nil, err
		}
		if files["queue/"+body.Stem+".json"], err = Queue(body); err != nil {
			return nil, err
		}
	}
	if files["env.json"], err = Env(root); err != nil {
		return nil, err
	}
	return files, nil
}

// Stale lists the paths below [Dir] that are missing, differ from [Files], or have no sample any more; sorted.
func Stale(root string) ([]string, error) {
	want, err := Files(root)
	if err != nil {
		return nil, err
	}
	stale := map[string]bool{}
	for path, content := range want {
		got, err := os.ReadFile(filepath.Join(root, Dir, filepath.FromSlash(path)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("reading a sample event: %w", err)
		}
		if !bytes.Equal(got, content) {
			stale[path] = true
		}
	}
	for _, pattern := range []string{"*.json", "webhook/*", "queue/*"} {
		paths, err := filepath.Glob(filepath.Join(root, Dir, pattern))
		if err != nil {
			return nil, fmt.Errorf("listing sample events: %w", err)
		}
		for _, path := range paths {
			path, err := filepath.Rel(filepath.Join(root, Dir), path)
			if err != nil {
				return nil, fmt.Errorf("listing sample events: %w", err)
			}
			if path = filepath.ToSlash(path); want[path] == nil {
				stale[path] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(stale)), nil
}

// Write makes [Dir] hold exactly [Files] and returns the paths below it that it changed.
func Write(root string) (changed []string, err error) {
	stale, err := Stale(root)
	if err != nil {
		return nil, err
	}
	files, err := Files(root)
	if err != nil {
		return nil, err
	}
	for _, path := range stale {
		full := filepath.Join(root, Dir, filepath.FromSlash(path))
		content, wanted := files[path]
		if !wanted {
			if err := os.Remove(full); err != nil {
				return changed, fmt.Errorf("removing a sample event: %w", err)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			return changed, fmt.Errorf("writing sample events: %w", err)
		}
		if err := os.WriteFile(full, content, 0o644); err != nil {
			return changed, fmt.Errorf("writing sample events: %w", err)
		}
	}
	return stale, nil
}
