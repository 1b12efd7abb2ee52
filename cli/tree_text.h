/* A device tree as people write it (DTS), or as JSON. The tree has been checked. */
#ifndef CLI_TREE_TEXT_H
#define CLI_TREE_TEXT_H

void tree_text_print(const void *fdt);
/* Nodes as objects: name, properties (texts as a list, numbers of 4 bytes as a list, other bytes in hexadecimal), children. */
void tree_text_json(const char *name, const void *fdt);
#endif
