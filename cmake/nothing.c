extern int nothing;
int nothing = 0;
