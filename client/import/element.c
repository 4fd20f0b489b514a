#include "client/import/element.h"

#include <stdio.h>
#include <string.h>

static uint8_t
lower(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + 32) : byte;
}

bool
element_is(const struct element *element, struct bytes name)
{
	if (strlen(element->name) != name.size)
		return false;
	for (size_t i = 0; i < name.size; i++)
		if (lower((uint8_t)element->name[i]) != lower(name.data[i]))
			return false;
	return true;
}

struct element *
element_child(const struct element *element, struct bytes name,
    const struct element *after)
{
	struct element *child = after == NULL ? element->first : after->next;

	while (child != NULL && !element_is(child, name))
		child = child->next;
	return child;
}

/* The first step of path; *rest is what follows it, NULL after the last. */
static struct bytes
path_step(const char *path, const char **rest)
{
	struct bytes step = bytes_of_text(path);

	step.size = strcspn(path, "/");
	*rest = path[step.size] == '/' ? path + step.size + 1 : NULL;
	return step;
}

struct element *
element_find(struct element *element, const char *path)
{
	struct bytes step;

	while (element != NULL && path != NULL) {
		step = path_step(path, &path);
		if (step.size == 0 || bytes_equal_text(step, "."))
			continue;
		if (bytes_equal_text(step, ".."))
			element = element->parent;
		else
			element = element_child(element, step, NULL);
	}
	return element;
}

struct bytes
element_text(struct element *element, const char *path)
{
	struct element *found = element_find(element, path);

	return found == NULL ? (struct bytes){ NULL, 0 } : found->text;
}

/* Whether going up from element along path, backwards, ends at root. */
static bool
is_at_path(const struct element *element, const struct element *root,
    const char *path)
{
	const char *end = path + strlen(path);
	const char *start;

	while (element != NULL && element != root && end > path) {
		start = end;
		while (start > path && start[-1] != '/')
			start--;
		if (!element_is(element, (struct bytes){ (const uint8_t *)start,
					     (size_t)(end - start) }))
			return false;
		end = start > path ? start - 1 : path;
		if (start == path)
			return element->parent == root;
		element = element->parent;
	}
	return false;
}

struct element *
element_each(struct element *element, const char *path, struct element *after)
{
	struct element *found = after;

	if (path[0] == '\0')
		return after == NULL ? element : NULL;
	do
		found = element_walk(element, found);
	while (found != NULL && !is_at_path(found, element, path));
	return found;
}

void
element_path(const struct element *element, const struct element *root,
    char path[ELEMENT_PATH_BYTES])
{
	char tail[ELEMENT_PATH_BYTES];

	path[0] = '\0';
	for (; element != NULL && element != root; element = element->parent) {
		memcpy(tail, path, sizeof(tail));
		if (snprintf(path, ELEMENT_PATH_BYTES, "%.64s%s%.180s",
			element->name, tail[0] == '\0' ? "" : "/", tail) < 0)
			return;
	}
}

struct element *
element_walk(struct element *root, struct element *after)
{
	if (after == NULL)
		return root->first;
	if (after->first != NULL)
		return after->first;
	while (after != root) {
		if (after->next != NULL)
			return after->next;
		after = after->parent;
	}
	return NULL;
}
