"""What train.py needs: data, losses, recipes and a training run on disk."""
